package sluice

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Kind is what a component is for.
type Kind uint32

const (
	KindProvider Kind = 1
	KindStrategy Kind = 2
	KindContext  Kind = 3
	KindSearch   Kind = 4
)

// Component describes one thing that a library offers.
type Component struct {
	ID           string // reverse domain name; the last part is the short name in configurations
	Description  string // one line
	Kind         Kind   // 0: a provider
	ConfigSchema string // JSON Schema, draft-07, of its settings; empty: any JSON object
	Ops          []Op   // what a Direct serves; empty: OpChat
	// Makes one configured use of it: a Codec, Direct, Strategy, ItemSource or Memory, or several of
	// these in one.
	Create func(Setup) (any, error)
}

// Library is what a plugin's file offers.
type Library struct {
	Vendor, Version string
	License         string // an SPDX expression
	Components      []Component
}

// Setup is what a component is made from.
type Setup struct {
	Host Host
	Name string // of the instance, as configured
	// The settings, JSON that satisfies ConfigSchema.
	Config []byte
}

// Settings reads the settings into a struct.
func (s Setup) Settings(to any) error {
	if err := json.Unmarshal(s.Config, to); err != nil {
		return &Error{Code: InvalidArgument, Message: "settings: " + err.Error()}
	}
	return nil
}

// Framing is how the host cuts a 2xx body into frames.
type Framing uint32

const (
	FrameWhole Framing = 0 // one frame: the body
	FrameSSE   Framing = 1 // the data of a server-sent event
	FrameLines Framing = 2 // a line, without its end
	FrameRaw   Framing = 3 // bytes as they come
	// Payloads of application/vnd.amazon.eventstream; the event is the message's type.
	FrameEvents Framing = 4
)

// Weight is what an answer loses with a field of the request that is left out.
type Weight uint32

const (
	DroppedHint    Weight = 0 // nothing that it says: a hint, a label, a wish for speed
	DroppedMeaning Weight = 1 // it may say something else than what was asked for
)

// Dropped is a field of the request ("seed") that the upstream cannot express.
type Dropped struct {
	Weight Weight
	Field  string
}

// Signing has the host sign the request with the provider's key, not beside a SecretHeader. Params
// is a JSON object; plugin.h tells the schemes and what they need.
type Signing struct{ Scheme, Params string }

// Header is a header of a request: Value, followed by the secret of that name, if there is one.
type Header struct{ Name, Value, Secret string }

// HTTPRequest is the request that a codec makes.
type HTTPRequest struct {
	Method  string
	Path    string // below the provider's base URL; begins with '/'
	Headers []Header
	Body    []byte
	Framing Framing
	Signing *Signing  // nil: not signed
	Dropped []Dropped // what was left out
}

// Get begins a request.
func Get(path string) *HTTPRequest { return &HTTPRequest{Method: "GET", Path: path} }

// Post begins a request.
func Post(path string) *HTTPRequest { return &HTTPRequest{Method: "POST", Path: path} }

// Header adds one.
func (r *HTTPRequest) Header(name, value string) *HTTPRequest {
	r.Headers = append(r.Headers, Header{Name: name, Value: value})
	return r
}

// SecretHeader adds a header of prefix + secret, which the plugin never sees. "key" is the
// provider's key. A provider without keys sends no such header.
func (r *HTTPRequest) SecretHeader(name, prefix, secret string) *HTTPRequest {
	r.Headers = append(r.Headers, Header{Name: name, Value: prefix, Secret: secret})
	return r
}

// Sign has it signed by the host.
func (r *HTTPRequest) Sign(scheme, params string) *HTTPRequest {
	r.Signing = &Signing{scheme, params}
	return r
}

// Drop tells of a field that is left out.
func (r *HTTPRequest) Drop(field string, weight Weight) *HTTPRequest {
	r.Dropped = append(r.Dropped, Dropped{weight, field})
	return r
}

// Frames says how the answer is to be cut.
func (r *HTTPRequest) Frames(framing Framing) *HTTPRequest {
	r.Framing = framing
	return r
}

// JSON gives it a body.
func (r *HTTPRequest) JSON(body []byte) *HTTPRequest {
	r.Body = body
	return r.Header("Content-Type", "application/json")
}

// Response is the head of an answer.
type Response struct {
	Status  int
	Headers []Header
}

// OK says whether the status is 2xx.
func (r *Response) OK() bool { return r.Status >= 200 && r.Status < 300 }

// Header gives the first of that name, case aside, or "".
func (r *Response) Header(name string) string {
	for _, header := range r.Headers {
		if strings.EqualFold(header.Name, name) {
			return header.Value
		}
	}
	return ""
}

// RetryAfter is what a Retry-After of whole seconds means, at least a millisecond and at most a
// day; 0: nothing was said.
func (r *Response) RetryAfter() time.Duration {
	const day = 24 * time.Hour
	value := r.Header("Retry-After")
	if value == "" || strings.Trim(value, "0123456789") != "" {
		return 0
	}
	seconds, err := strconv.ParseInt(value, 10, 32)
	if err != nil {
		return day
	}
	return max(min(time.Duration(seconds)*time.Second, day), time.Millisecond)
}

// Codec is for upstreams that speak HTTP: it translates and does no I/O. Called from any thread,
// several at a time; never waits.
type Codec interface {
	Encode(request *Request) (*HTTPRequest, error)
	// Begins to decode one answer to that request.
	Open(request *Request, response *Response) (Decoder, error)
}

// Decoder turns one answer's frames into chunks. Its calls never overlap; nothing follows an error.
type Decoder interface {
	// One event (event is its name), line, piece or whole body, as Encode asked. A body that is not
	// 2xx comes whole; the error that it means is to be returned.
	Frame(event string, data []byte, out *Sink) error
	// The body ended in order. An error: something is missing.
	End(out *Sink) error
}

// Direct answers by itself.
type Direct interface {
	// Answer makes one answer, on a goroutine of its own. ctx ends when the client has left: return
	// soon; what is returned then is of no account. A push waits while the reader is behind.
	Answer(ctx context.Context, request *Request, out *Sink) error
}

// Item is a document or a hit.
type Item struct {
	Text, Title, URI string
	Score            float64
}

// Query is what an ItemSource is asked.
type Query struct {
	Text  string `json:"query"`
	Limit int    `json:"limit"` // no more are wanted; 0: it is not said
	Scope string `json:"scope"` // of a context: whose knowledge may be used
	Body  []byte `json:"-"`     // the whole question: sdk/schema/{context,search}.v1.json
}

// ItemSource is a context source (KindContext) or a search engine (KindSearch).
type ItemSource interface {
	// Find gives items, the best first. On a goroutine of its own; may wait.
	Find(ctx context.Context, query *Query) ([]Item, error)
}

// Memory is a context source that also remembers.
type Memory interface {
	// exchange: sdk/schema/exchange.v1.json. May wait.
	Remember(exchange []byte) error
}

// Candidate is a target that may be tried.
type Candidate struct {
	Healthy, Local    bool
	Target, Model     string
	Inflight, Weight  uint32
	LatencyUs         uint32 // to the first content, moving average; 0: unknown
	ErrorPpm          uint32 // failures in a million tries, moving average
	PriceIn, PriceOut float64
	Labels            string // a JSON object, from the configuration
}

// Outcome is what became of a try.
type Outcome struct {
	Status           Code
	FirstUs, TotalUs uint64
	Usage            *Usage // nil: unknown
}

// Strategy ranks candidates. Called from any thread, several at a time; never waits.
type Strategy interface {
	// Rank gives indices of candidates, the best first; one left out is not tried.
	Rank(request *Request, candidates []Candidate) ([]int, error)
}

// Observer is a strategy that learns.
type Observer interface {
	Observe(candidate *Candidate, outcome *Outcome)
}

// An ItemSource as a Direct.
type items struct{ source ItemSource }

func (i items) Answer(ctx context.Context, request *Request, out *Sink) error {
	query := Query{Body: request.Body}
	if err := json.Unmarshal(request.Body, &query); err != nil {
		return BadRequest("the question: %v", err)
	}
	found, err := i.source.Find(ctx, &query)
	if err != nil {
		return err
	}
	for at, item := range found {
		if query.Limit > 0 && at == query.Limit {
			break
		}
		if err := out.Item(item); err != nil {
			return err
		}
	}
	return nil
}
