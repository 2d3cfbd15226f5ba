// talk: two providers in Go. `talk-go`, here, translates for an upstream with a wire format of its
// own, which ../README.md describes; `words-go`, in words.go, needs no upstream.
package main

import (
	"encoding/json"
	"strconv"

	"sluice"
)

const talkSchema = `{"type":"object","additionalProperties":false,"properties":{
"limit":{"type":"integer","minimum":1,"default":1024,
"description":"The most tokens of an answer, unless the request says"}}}`

func init() {
	sluice.Register(sluice.Library{
		Vendor: "Sluice", Version: "1.0.0", License: "Apache-2.0",
		Components: []sluice.Component{{
			ID:           "com.example.talk-go",
			Description:  "An upstream with a wire format of its own, in Go",
			ConfigSchema: talkSchema,
			Create:       newTalk,
		}, {
			ID:           "com.example.words-go",
			Description:  "Says the last message back, word by word, in Go",
			ConfigSchema: `{"type":"object","additionalProperties":false}`,
			Create: func(setup sluice.Setup) (any, error) {
				return words{}, setup.Settings(&struct{}{})
			},
		}},
	})
}

func main() {}

type talk struct {
	Limit uint64 `json:"limit"`
}

func newTalk(setup sluice.Setup) (any, error) {
	made := &talk{Limit: 1024}
	return made, setup.Settings(made)
}

func (t *talk) Encode(request *sluice.Request) (*sluice.HTTPRequest, error) {
	if request.Op == sluice.OpModels {
		return sluice.Get("/v1/models").SecretHeader("X-Key", "", "key"), nil
	}
	if request.Op != sluice.OpChat {
		return nil, sluice.ErrUnimplemented
	}
	asked, err := request.Chat()
	if err != nil {
		return nil, err
	}
	out := sluice.Post("/v1/talk").SecretHeader("X-Key", "", "key").JSON(t.body(request, asked))
	if request.Stream {
		out.Frames(sluice.FrameLines)
	}
	return out, tellDropped(request, out)
}

// What the upstream has no word for; the host decides what becomes of it.
func tellDropped(request *sluice.Request, out *sluice.HTTPRequest) error {
	var asked struct{ Seed, Tools any }
	if err := json.Unmarshal(request.Body, &asked); err != nil {
		return sluice.BadRequest("the request: %v", err)
	}
	if asked.Seed != nil {
		out.Drop("seed", sluice.DroppedHint)
	}
	if asked.Tools != nil {
		out.Drop("tools", sluice.DroppedMeaning)
	}
	return nil
}

func (t *talk) body(request *sluice.Request, asked *sluice.Chat) []byte {
	body := sluice.Quote([]byte(`{"model":`), request.Model)
	body = strconv.AppendBool(append(body, `,"stream":`...), request.Stream)
	body = strconv.AppendUint(append(body, `,"limit":`...), asked.Limit(t.Limit), 10)
	body = append(body, `,"turns":[`...)
	for i, turn := range asked.Messages {
		if i > 0 {
			body = append(body, ',')
		}
		body = sluice.Quote(append(body, `{"who":`...), turn.Role)
		body = sluice.Quote(append(body, `,"says":`...), string(turn.Content))
		body = append(body, '}')
	}
	return append(body, `]}`...)
}

func (t *talk) Open(request *sluice.Request, response *sluice.Response) (sluice.Decoder, error) {
	if !response.OK() {
		return sluice.Refused(response), nil
	}
	return &answer{models: request.Op == sluice.OpModels}, nil
}

// What the upstream says: a line at a time when streamed, else one object with all members.
type said struct {
	Error  any      `json:"error"`
	Models []string `json:"models"`

	ID     *string `json:"id"`
	Model  string  `json:"model"`
	Text   *string `json:"text"`
	Done   *string `json:"done"`
	Tokens *struct {
		Prompt uint64 `json:"prompt"`
		Answer uint64 `json:"answer"`
	} `json:"tokens"`
}

type answer struct{ models, complete bool }

func (a *answer) Frame(_ string, data []byte, out *sluice.Sink) error {
	var says said
	if err := json.Unmarshal(data, &says); err != nil || data[0] == 'n' {
		return sluice.UpstreamFault("the upstream sent what is not a JSON object")
	}
	if says.Error != nil {
		return sluice.Refusal(0, 0, data)
	}
	if a.models {
		a.complete = true
		return out.JSON(sluice.ModelList(says.Models))
	}
	return a.pushChat(&says, out)
}

func (a *answer) pushChat(says *said, out *sluice.Sink) error {
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
