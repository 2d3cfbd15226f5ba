package sluice

import (
	"encoding/json"
	"time"
)

// Chat is what most codecs read of a chat request; read the body itself for more.
type Chat struct {
	Messages            []Message `json:"messages"`
	MaxTokens           *uint64   `json:"max_tokens"`
	MaxCompletionTokens *uint64   `json:"max_completion_tokens"`
}

// Message is one of a conversation.
type Message struct {
	Role    string  `json:"role"`
	Content Content `json:"content"`
}

// Content is a message's text: a string, or the text parts of an array joined.
type Content string

// UnmarshalJSON reads either form.
func (c *Content) UnmarshalJSON(data []byte) error {
	if data[0] != '[' {
		return json.Unmarshal(data, (*string)(c))
	}
	var parts []struct{ Type, Text string }
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	for _, part := range parts {
		if part.Type == "text" {
			*c += Content(part.Text)
		}
	}
	return nil
}

// Chat reads the body of a chat request.
func (r *Request) Chat() (*Chat, error) {
	var asked Chat
	if err := json.Unmarshal(r.Body, &asked); err != nil {
		return nil, BadRequest("the request: %v", err)
	}
	if asked.Messages == nil {
		return nil, BadRequest("messages must be an array")
	}
	return &asked, nil
}

// Limit is the most tokens that the answer may have.
func (c *Chat) Limit(otherwise uint64) uint64 {
	if c.MaxCompletionTokens != nil {
		return *c.MaxCompletionTokens
	}
	if c.MaxTokens != nil {
		return *c.MaxTokens
	}
	return otherwise
}

// ModelList is the answer to OpModels, for Sink.JSON.
func ModelList(names []string) string {
	list := []byte(`{"object":"list","data":[`)
	for i, name := range names {
		if i > 0 {
			list = append(list, ',')
		}
		list = append(Quote(append(list, `{"id":`...), name), `,"object":"model"}`...)
	}
	return string(append(list, "]}"...))
}

// Refusal is what a body says of one: {"error": {"message", "type", "code", "param"}}, {"error":
// "..."}, {"message": "..."} or {"detail": "..."}. status: 0 inside an answer that began with 200.
func Refusal(status int, retryAfter time.Duration, body []byte) *Error {
	var said struct {
		Error                              json.RawMessage
		Message, Detail, Type, Code, Param any
	}
	_ = json.Unmarshal(body, &said)
	text := func(values ...any) string {
		for _, value := range values {
			if found, is := value.(string); is && found != "" {
				return found
			}
		}
		return ""
	}
	var word any
	if json.Unmarshal(said.Error, &word) == nil {
		if _, is := word.(map[string]any); is {
			_ = json.Unmarshal(said.Error, &said)
		}
	}
	out := StatusError(status, retryAfter, text(word, said.Message, said.Detail))
	out.Type, out.Symbol, out.Param = text(said.Type), text(said.Code), text(said.Param)
	return out
}

// Refused is the decoder of an answer that is not 2xx.
func Refused(response *Response) Decoder { return &refused{response.Status, response.RetryAfter()} }

type refused struct {
	status     int
	retryAfter time.Duration
}

func (r *refused) Frame(_ string, data []byte, _ *Sink) error {
	return Refusal(r.status, r.retryAfter, data)
}

func (r *refused) End(*Sink) error { return Refusal(r.status, r.retryAfter, nil) }
