package main

import (
	"context"
	"testing"

	"sluice"
)

const pages = `{"pages":[
  {"title":"Ham","uri":"https://example.com/ham","text":"a river and a ford"},
  {"title":"Ems","uri":"https://example.com/ems","text":"a river, and again a river"}]}`

func find(t *testing.T, query string) string {
	made, err := create(sluice.Setup{Config: []byte(pages)})
	if err != nil {
		t.Fatal(err)
	}
	hits, err := made.(sluice.ItemSource).Find(context.Background(), &sluice.Query{Text: query})
	if err != nil {
		t.Fatal(err)
	}
	titles := ""
	for _, hit := range hits {
		titles += hit.Title + " "
	}
	return titles
}

func TestFindsTheBestFirst(t *testing.T) {
	for query, want := range map[string]string{
		"river": "Ems Ham ", "ford": "Ham ", "ford river": "Ham Ems ", "lake": "", "": "",
	} {
		if got := find(t, query); got != want {
			t.Errorf("%q finds %q", query, got)
		}
	}
}

func TestRefusesPagesThatAreNone(t *testing.T) {
	if _, err := create(sluice.Setup{Config: []byte(`{"pages":7}`)}); err == nil {
		t.Error("a number was taken for pages")
	}
}
