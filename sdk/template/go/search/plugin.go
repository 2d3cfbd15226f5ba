// @NAME@: a search source over the pages that its settings hold. Change it to yours.
package main

import (
	"context"
	"sort"
	"strings"

	"sluice"
)

const schema = `{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object", "additionalProperties": false,
  "properties": {
    "pages": {
      "type": "array", "description": "What there is to find",
      "items": {
        "type": "object", "required": ["text"], "additionalProperties": false,
        "properties": {"title": {"type": "string"}, "uri": {"type": "string"},
                       "text": {"type": "string"}}}}}}`

func init() {
	sluice.Register(sluice.Library{
		Vendor: "Example", Version: "0.1.0", License: "Apache-2.0",
		Components: []sluice.Component{{
			ID:           "@ID@",
			Description:  "Finds pages by their words",
			Kind:         sluice.KindSearch,
			ConfigSchema: schema,
			Create:       create,
		}},
	})
}

func main() {}

type search struct {
	Pages []struct {
		Title string `json:"title"`
		URI   string `json:"uri"`
		Text  string `json:"text"`
	} `json:"pages"`
}

func create(setup sluice.Setup) (any, error) {
	made := &search{}
	return made, setup.Settings(made)
}

// How often a word of the query is in the text.
func score(query, text string) (found int) {
	for _, word := range strings.Fields(query) {
		found += strings.Count(text, word)
	}
	return found
}

func (s *search) Find(_ context.Context, query *sluice.Query) ([]sluice.Item, error) {
	var hits []sluice.Item
	for _, page := range s.Pages {
		if points := score(query.Text, page.Text); points > 0 {
			hits = append(hits, sluice.Item{
				Text: page.Text, Title: page.Title, URI: page.URI, Score: float64(points),
			})
		}
	}
	sort.SliceStable(hits, func(a, b int) bool { return hits[a].Score > hits[b].Score })
	return hits, nil
}
