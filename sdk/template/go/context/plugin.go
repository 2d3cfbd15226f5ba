// @NAME@: a context source that remembers what was asked and answered, and tells it again when it
// is asked about. Change it to yours.
package main

import (
	"context"
	"encoding/json"
	"strings"
	"sync"

	"sluice"
)

const schema = `{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object", "additionalProperties": false,
  "properties": {
    "keep": {"type": "integer", "minimum": 1, "default": 1000,
             "description": "How many exchanges are kept; the oldest go first"}}}`

func init() {
	sluice.Register(sluice.Library{
		Vendor: "Example", Version: "0.1.0", License: "Apache-2.0",
		Components: []sluice.Component{{
			ID:           "@ID@",
			Description:  "Remembers what was asked and answered",
			Kind:         sluice.KindContext,
			ConfigSchema: schema,
			Create:       create,
		}},
	})
}

func main() {}

type memo struct{ scope, asked, answered string }

type memory struct {
	Keep int `json:"keep"`

	mutex sync.Mutex
	memos []memo // the newest last
}

func create(setup sluice.Setup) (any, error) {
	made := &memory{Keep: 1000}
	if err := setup.Settings(made); err != nil {
		return nil, err
	}
	if made.Keep < 1 {
		return nil, &sluice.Error{
			Code: sluice.InvalidArgument, Message: "settings.keep: must be at least 1",
		}
	}
	return made, nil
}

func (m *memory) Find(_ context.Context, query *sluice.Query) ([]sluice.Item, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var found []sluice.Item
	for i := len(m.memos) - 1; i >= 0; i-- {
		memo := &m.memos[i]
		if memo.scope == query.Scope && strings.Contains(memo.asked, query.Text) {
			found = append(found, sluice.Item{Text: memo.answered, Title: memo.asked, Score: 1})
		}
	}
	return found, nil
}

func (m *memory) Remember(exchange []byte) error {
	var said struct {
		Scope    *string          `json:"scope"`
		Messages []sluice.Message `json:"messages"`
		Answer   struct {
			Message *sluice.Message `json:"message"`
		} `json:"answer"`
	}
	if err := json.Unmarshal(exchange, &said); err != nil {
		return sluice.BadRequest("the exchange: %v", err)
	}
	if said.Scope == nil || said.Answer.Message == nil {
		return sluice.BadRequest("the exchange has no scope or no answer")
	}
	made := memo{scope: *said.Scope, answered: string(said.Answer.Message.Content)}
	for _, message := range said.Messages {
		if message.Role == "user" {
			made.asked = string(message.Content)
		}
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.memos = append(m.memos, made)
	m.memos = m.memos[max(0, len(m.memos)-m.Keep):]
	return nil
}
