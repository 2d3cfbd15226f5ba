package main

import (
	"context"
	"fmt"
	"testing"

	"sluice"
	"sluice/sluicetest"
)

func makeMemory(t *testing.T, settings string) *memory {
	made, err := create(sluice.Setup{Config: []byte(settings)})
	if err != nil {
		t.Fatal(err)
	}
	return made.(*memory)
}

func remember(t *testing.T, into *memory, scope, asked, answered string) {
	err := into.Remember([]byte(fmt.Sprintf(`{"request_id":"r","at_ms":1,"scope":%q,
		"messages":[{"role":"user","content":%q}],"answer":{"model":"m","finish_reason":"stop",
		"message":{"role":"assistant","content":%q}}}`, scope, asked, answered)))
	if err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, of *memory, scope, query string) string {
	found, err := of.Find(context.Background(), &sluice.Query{Text: query, Scope: scope, Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	answers := ""
	for _, item := range found {
		answers += item.Title + ": " + item.Text + "\n"
	}
	return answers
}

func TestRemembersWithinAScope(t *testing.T) {
	made := makeMemory(t, "{}")
	remember(t, made, "ann", "my dog's name", "Rex")
	if got := ask(t, made, "ann", "dog"); got != "my dog's name: Rex\n" {
		t.Error(got)
	}
	if got := ask(t, made, "bob", "dog") + ask(t, made, "ann", "cat"); got != "" {
		t.Error(got)
	}
}

func TestKeepsAsManyAsItIsTold(t *testing.T) {
	made := makeMemory(t, `{"keep":1}`)
	remember(t, made, "ann", "dog one", "Rex")
	remember(t, made, "ann", "dog two", "Bella")
	if got := ask(t, made, "ann", "dog"); got != "dog two: Bella\n" {
		t.Error(got)
	}
	if _, err := create(sluice.Setup{Config: []byte(`{"keep":0}`)}); err == nil {
		t.Error("to keep nothing was taken")
	}
}

func TestRefusesWhatIsNoExchange(t *testing.T) {
	got := sluicetest.DescribeError(makeMemory(t, "{}").Remember([]byte("{}")))
	want := "error INVALID_ARGUMENT reason=BAD_REQUEST \"the exchange has no scope or no answer\"\n"
	if got != want {
		t.Error(got)
	}
}
