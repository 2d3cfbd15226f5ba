// Package sluice writes Sluice plugins in Go. A component is a value that implements one or more of
// Codec, Direct, Strategy, ItemSource and Memory; a library is a main package that registers them:
//
//	func init() {
//		sluice.Register(sluice.Library{
//			Vendor: "Acme", Version: "1.0.0", License: "MIT",
//			Components: []sluice.Component{{
//				ID: "com.acme.chat", Description: "Acme's chat API",
//				Create: func(setup sluice.Setup) (any, error) { return &acme{}, nil },
//			}},
//		})
//	}
//
//	func main() {}
//
// It is built with -buildmode=c-shared and the version script plugin.map; see README.md. Every call
// from the host passes a guard that turns an error into a sluice_error, and a panic into INTERNAL.
// What a component is given is its own copy and may be kept.
package sluice

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Code is a status of the ABI; gRPC's codes.
type Code int32

const (
	OK                 Code = 0
	Cancelled          Code = 1
	Unknown            Code = 2
	InvalidArgument    Code = 3
	DeadlineExceeded   Code = 4
	NotFound           Code = 5
	PermissionDenied   Code = 7
	ResourceExhausted  Code = 8
	FailedPrecondition Code = 9
	Unimplemented      Code = 12
	Internal           Code = 13
	Unavailable        Code = 14
	Unauthenticated    Code = 16

	pause Code = 100
)

// Reason is what a refusal means for the choice of the next candidate.
type Reason uint32

const (
	ReasonNone          Reason = 0
	ReasonRateLimit     Reason = 1
	ReasonQuota         Reason = 2
	ReasonKey           Reason = 3
	ReasonContextLength Reason = 4
	ReasonContentFilter Reason = 5
	ReasonModelNotFound Reason = 6
	ReasonOverloaded    Reason = 7
	ReasonBadRequest    Reason = 8
)

// Error is why a call failed. Texts are for the client and never hold a secret.
type Error struct {
	Code       Code
	Reason     Reason
	Retryable  bool          // another try, or another candidate, may succeed
	RetryAfter time.Duration // how long the upstream asks to be left alone; 0: it does not say
	HTTPStatus int           // the upstream's; 0: none
	Message    string
	// error.type, error.code and error.param of the upstream.
	Type, Symbol, Param string
}

func (e *Error) Error() string { return e.Message }

// BadRequest is the client's fault; no other candidate would take it.
func BadRequest(format string, args ...any) *Error {
	return &Error{Code: InvalidArgument, Reason: ReasonBadRequest, Message: fmt.Sprintf(format, args...)}
}

// UpstreamFault is the upstream's fault; another try may succeed.
func UpstreamFault(format string, args ...any) *Error {
	return &Error{Code: Unavailable, Retryable: true, Message: fmt.Sprintf(format, args...)}
}

// StatusError is what an answer's status stands for. status: 0 for an error inside an answer that
// began with 200. An empty message is replaced by a sentence about the status.
func StatusError(status int, retryAfter time.Duration, message string) *Error {
	out := &Error{HTTPStatus: status, RetryAfter: retryAfter, Message: message}
	switch {
	case status == 0 || status == 409 || status == 425:
		out.Code = Unavailable
	case status == 401:
		out.Code, out.Reason = Unauthenticated, ReasonKey
	case status == 402:
		out.Code, out.Reason = ResourceExhausted, ReasonQuota
	case status == 403:
		out.Code, out.Reason = PermissionDenied, ReasonKey
	case status == 404: // perhaps the path: base_url is at fault
		out.Code = NotFound
	case status == 408:
		out.Code = DeadlineExceeded
	case status == 429:
		out.Code, out.Reason = ResourceExhausted, ReasonRateLimit
	case status >= 500:
		out.Code, out.Reason = Unavailable, ReasonOverloaded
	case status >= 400:
		out.Code, out.Reason = InvalidArgument, ReasonBadRequest
	default:
		out.Code = FailedPrecondition
	}
	out.Retryable = out.Code != NotFound && out.Code != InvalidArgument &&
		out.Code != FailedPrecondition
	if message == "" {
		out.Message = fmt.Sprintf("HTTP %d without a word of why", status)
	}
	return out
}

// ErrUnimplemented is for the operations that a component does not serve.
var ErrUnimplemented = &Error{
	Code: Unimplemented, Message: "this component does not serve this operation",
}

// ErrCancelled is what a push returns when nobody reads any more.
var ErrCancelled = &Error{Code: Cancelled, Message: "cancelled"}

func asError(err error) *Error {
	var ours *Error
	switch {
	case errors.As(err, &ours):
		if ours == nil {
			return &Error{Code: Internal, Message: "the plugin failed with a nil *sluice.Error"}
		}
		return ours
	case errors.Is(err, context.Canceled):
		return ErrCancelled
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Code: DeadlineExceeded, Retryable: true, Message: err.Error()}
	}
	return &Error{Code: Internal, Message: err.Error()}
}

// Op is what a request asks for; a newer host may know more.
type Op uint32

const (
	OpChat    Op = 1
	OpContext Op = 2
	OpSearch  Op = 3
	OpEmbed   Op = 4
	OpModels  Op = 5
	OpCount   Op = 6 // how many tokens a chat request is; see Sink.InputTokens
)

// Request is what is asked.
type Request struct {
	Op         Op
	Stream     bool
	ID         uint64 // for logs
	DeadlineNs int64  // on CLOCK_MONOTONIC; 0: none
	Model      string
	Dialect    string
	Body       []byte // JSON
}

// Usage is tokens, in buckets that do not overlap; totals so far.
type Usage struct {
	Input, CacheRead, CacheWrite, Output, Reasoning uint64
}

// ChunkType is a kind of piece of an answer.
type ChunkType uint32

const (
	ChunkStart     ChunkType = 1
	ChunkText      ChunkType = 2
	ChunkReasoning ChunkType = 3
	ChunkRefusal   ChunkType = 4
	ChunkToolCall  ChunkType = 5
	ChunkFinish    ChunkType = 6
	ChunkUsage     ChunkType = 7
	ChunkItem      ChunkType = 8
	ChunkMessage   ChunkType = 9
	ChunkJSON      ChunkType = 10
)

// Chunk is a piece of an answer, with the fields that its type uses.
type Chunk struct {
	Type            ChunkType
	Choice, Index   uint32
	Text, Name, Ref string
	Score           float64
	Usage           *Usage
	Extra           string
}

// Sink is where answers go, one function a kind of chunk. Each returns nil or ErrCancelled: nobody
// reads any more. In a Direct it waits while the reader is behind. For one goroutine at a time.
type Sink struct {
	push func(*Chunk) Code
	over bool
}

// NewSink makes a sink that gives its chunks to a function, for tests.
func NewSink(push func(*Chunk)) *Sink {
	return &Sink{push: func(chunk *Chunk) Code {
		push(chunk)
		return OK
	}}
}

// Push sends any chunk.
func (s *Sink) Push(chunk *Chunk) error {
	if !s.over && s.push(chunk) == Cancelled {
		s.over = true
	}
	if s.over {
		return ErrCancelled
	}
	return nil
}

// Start tells the upstream's id of the answer, and its model.
func (s *Sink) Start(id, model string) error {
	return s.Push(&Chunk{Type: ChunkStart, Ref: id, Name: model})
}

// Text is more of the answer.
func (s *Sink) Text(delta string) error { return s.Push(&Chunk{Type: ChunkText, Text: delta}) }

// Reasoning is more of what was thought.
func (s *Sink) Reasoning(delta string) error {
	return s.Push(&Chunk{Type: ChunkReasoning, Text: delta})
}

// Refusal is more of a refusal.
func (s *Sink) Refusal(delta string) error { return s.Push(&Chunk{Type: ChunkRefusal, Text: delta}) }

// ToolCall is more of a tool call: id and name the first time, empty afterwards.
func (s *Sink) ToolCall(index uint32, id, name, arguments string) error {
	return s.Push(&Chunk{Type: ChunkToolCall, Index: index, Ref: id, Name: name, Text: arguments})
}

// Finish says why the answer ends: stop, length, tool_calls or content_filter.
func (s *Sink) Finish(reason string) error { return s.Push(&Chunk{Type: ChunkFinish, Name: reason}) }

// Usage tells the tokens so far.
func (s *Sink) Usage(usage Usage) error { return s.Push(&Chunk{Type: ChunkUsage, Usage: &usage}) }

// Item is a document or hit.
func (s *Sink) Item(item Item) error {
	return s.Push(&Chunk{
		Type: ChunkItem, Text: item.Text, Name: item.Title, Ref: item.URI, Score: item.Score,
	})
}

// Message is a message to put before the request's own, as JSON.
func (s *Sink) Message(json string) error { return s.Push(&Chunk{Type: ChunkMessage, Extra: json}) }

// JSON is the whole answer of an operation that has no smaller pieces.
func (s *Sink) JSON(answer string) error { return s.Push(&Chunk{Type: ChunkJSON, Extra: answer}) }

// InputTokens is the answer to OpCount.
func (s *Sink) InputTokens(count uint64) error {
	return s.JSON(`{"input_tokens":` + strconv.FormatUint(count, 10) + `}`)
}

// Quote appends text as a JSON string with its quotes. Unlike encoding/json it leaves everything as
// it is that JSON does not want escaped.
func Quote(to []byte, text string) []byte {
	const hex = "0123456789abcdef"
	to = append(to, '"')
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			to = append(to, '\\', c)
		case c == '\n':
			to = append(to, '\\', 'n')
		case c == '\r':
			to = append(to, '\\', 'r')
		case c == '\t':
			to = append(to, '\\', 't')
		case c < 0x20:
			to = append(to, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			to = append(to, c)
		}
	}
	return append(to, '"')
}
