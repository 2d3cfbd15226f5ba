// @NAME@: a provider for an upstream with a wire format of its own. Change it to yours.
package main

import (
	"encoding/json"

	"sluice"
)

const schema = `{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object", "additionalProperties": false,
  "properties": {
    "limit": {"type": "integer", "minimum": 1, "default": 1024,
              "description": "The most tokens of an answer, unless the request says"}}}`

func init() {
	sluice.Register(sluice.Library{
		Vendor: "Example", Version: "0.1.0", License: "Apache-2.0",
		Components: []sluice.Component{{
			ID:           "@ID@",
			Description:  "Chats with an upstream of its own kind",
			ConfigSchema: schema,
			Create:       create,
		}},
	})
}

func main() {}

type provider struct {
	Limit uint64 `json:"limit"`
}

func create(setup sluice.Setup) (any, error) {
	made := &provider{Limit: 1024}
	return made, setup.Settings(made)
}

// The request as the upstream wants it.
type talk struct {
	Model  string `json:"model"`
	Stream bool   `json:"stream"`
	Limit  uint64 `json:"limit"`
	Turns  []turn `json:"turns"`
}

type turn struct {
	Who  string `json:"who"`
	Says string `json:"says"`
}

func (p *provider) Encode(request *sluice.Request) (*sluice.HTTPRequest, error) {
	switch request.Op {
	case sluice.OpModels:
		return sluice.Get("/v1/models").SecretHeader("X-Key", "", "key"), nil
	case sluice.OpChat:
	default:
		return nil, sluice.ErrUnimplemented
	}
	asked, err := request.Chat()
	if err != nil {
		return nil, err
	}
	out := talk{request.Model, request.Stream, asked.Limit(p.Limit), []turn{}}
	for _, message := range asked.Messages {
		out.Turns = append(out.Turns, turn{message.Role, string(message.Content)})
	}
	body, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	made := sluice.Post("/v1/talk").SecretHeader("X-Key", "", "key").JSON(body)
	if request.Stream {
		made.Frames(sluice.FrameLines)
	}
	return made, nil
}

func (p *provider) Open(request *sluice.Request, response *sluice.Response) (sluice.Decoder, error) {
	if !response.OK() {
		return sluice.Refused(response), nil
	}
	return &answer{models: request.Op == sluice.OpModels}, nil
}

// A line of JSON at a time when streamed, else one object with the same members:
//
//	{"id", "model"} {"text"} ... {"done", "tokens": {"prompt", "answer"}}, or {"error"}
//
// The list of models is {"models": ["name", ...]}.
type said struct {
	Error  any      `json:"error"`
	Models []string `json:"models"`
	ID     *string  `json:"id"`
	Model  string   `json:"model"`
	Text   *string  `json:"text"`
	Done   *string  `json:"done"`
	Tokens *struct {
		Prompt uint64 `json:"prompt"`
		Answer uint64 `json:"answer"`
	} `json:"tokens"`
}

type answer struct{ models, complete bool }

func (a *answer) Frame(_ string, data []byte, out *sluice.Sink) error {
	var says *said
	if err := json.Unmarshal(data, &says); err != nil || says == nil {
		return sluice.UpstreamFault("the upstream sent what is not a JSON object")
	}
	if says.Error != nil {
		return sluice.Refusal(0, 0, data)
	}
	if a.models {
		a.complete = true
		return out.JSON(sluice.ModelList(says.Models))
	}
	if says.ID != nil {
		out.Start(*says.ID, says.Model)
	}
	if says.Text != nil {
		out.Text(*says.Text)
	}
	if says.Done != nil && !a.complete {
		a.complete = true
		reason := "stop"
		if *says.Done == "length" {
			reason = "length"
		}
		out.Finish(reason)
	}
	if says.Tokens != nil {
		out.Usage(sluice.Usage{Input: says.Tokens.Prompt, Output: says.Tokens.Answer})
	}
	return nil
}

func (a *answer) End(*sluice.Sink) error {
	if !a.complete {
		return sluice.UpstreamFault("the upstream's answer ended before it was finished")
	}
	return nil
}
