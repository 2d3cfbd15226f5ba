// Package sluicetest is for tests of plugins, without a host: what an answer came to, in lines, and
// the replay of recorded exchanges. All of it belongs to the goroutine of the test.
//
// A transcript holds `=== request` and a request's body (none: the list of models is asked for),
// `=== answer` and an HTTP answer, `=== chunks` and what must come of it, a line a chunk.
package sluicetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sluice"
)

func field(line *strings.Builder, name, value string) {
	if value != "" {
		fmt.Fprintf(line, " %s=%s", name, sluice.Quote(nil, value))
	}
}

func number(line *strings.Builder, name string, value uint64) {
	if value != 0 {
		fmt.Fprintf(line, " %s=%d", name, value)
	}
}

// Describe is a chunk in one line: its kind, [choice] if that is not 0, its fields, its text.
func Describe(chunk *sluice.Chunk) string {
	kinds := []string{"?", "start", "text", "reasoning", "refusal", "tool_call", "finish", "usage",
		"item", "message", "json"}
	var line strings.Builder
	line.WriteString(kinds[chunk.Type])
	if chunk.Choice != 0 {
		fmt.Fprintf(&line, "[%d]", chunk.Choice)
	}
	switch chunk.Type {
	case sluice.ChunkFinish:
		return line.String() + " " + chunk.Name + "\n"
	case sluice.ChunkUsage:
		number(&line, "input", chunk.Usage.Input)
		number(&line, "cache_read", chunk.Usage.CacheRead)
		number(&line, "cache_write", chunk.Usage.CacheWrite)
		number(&line, "output", chunk.Usage.Output)
		number(&line, "reasoning", chunk.Usage.Reasoning)
		return line.String() + "\n"
	case sluice.ChunkToolCall:
		fmt.Fprintf(&line, " index=%d", chunk.Index)
	}
	field(&line, "id", chunk.Ref)
	field(&line, "name", chunk.Name)
	if chunk.Text != "" {
		fmt.Fprintf(&line, " %s", sluice.Quote(nil, chunk.Text))
	}
	if chunk.Extra != "" {
		line.WriteString(" " + chunk.Extra)
	}
	return line.String() + "\n"
}

// DescribeError is an error in one line, without what is zero or empty.
func DescribeError(err error) string {
	var of *sluice.Error
	if !errors.As(err, &of) {
		return "error INTERNAL " + string(sluice.Quote(nil, err.Error())) + "\n"
	}
	codes := map[sluice.Code]string{1: "CANCELLED", 2: "UNKNOWN", 3: "INVALID_ARGUMENT",
		4: "DEADLINE_EXCEEDED", 5: "NOT_FOUND", 7: "PERMISSION_DENIED", 8: "RESOURCE_EXHAUSTED",
		9: "FAILED_PRECONDITION", 12: "UNIMPLEMENTED", 13: "INTERNAL", 14: "UNAVAILABLE",
		16: "UNAUTHENTICATED"}
	reasons := []string{"", "RATE_LIMIT", "QUOTA", "KEY", "CONTEXT_LENGTH", "CONTENT_FILTER",
		"MODEL_NOT_FOUND", "OVERLOADED", "BAD_REQUEST"}
	var line strings.Builder
	line.WriteString("error " + codes[of.Code])
	if of.Reason != 0 {
		line.WriteString(" reason=" + reasons[of.Reason])
	}
	if of.Retryable {
		line.WriteString(" retryable")
	}
	number(&line, "http", uint64(of.HTTPStatus))
	number(&line, "after_ms", uint64(of.RetryAfter.Milliseconds()))
	field(&line, "type", of.Type)
	field(&line, "symbol", of.Symbol)
	field(&line, "param", of.Param)
	fmt.Fprintf(&line, " %s\n", sluice.Quote(nil, of.Message))
	return line.String()
}

// Request is one of an operation; its model and whether it streams as the body says.
func Request(op sluice.Op, body string) *sluice.Request {
	said := struct {
		Model  string `json:"model"`
		Stream bool   `json:"stream"`
	}{Model: "m"}
	_ = json.Unmarshal([]byte(body), &said)
	return &sluice.Request{Op: op, Model: said.Model, Stream: said.Stream, ID: 1, Body: []byte(body)}
}

// Encode is what a codec sends: line, headers, `sign SCHEME PARAMS`, `dropped hint|meaning FIELD`, an
// empty line, body; or the line of its error.
func Encode(codec sluice.Codec, request *sluice.Request) string {
	made, err := codec.Encode(request)
	if err != nil {
		return DescribeError(err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s\n", made.Method, made.Path)
	for _, header := range made.Headers {
		fmt.Fprintf(&out, "%s: %s", header.Name, header.Value)
		if header.Secret != "" {
			fmt.Fprintf(&out, "<%s>", header.Secret)
		}
		out.WriteByte('\n')
	}
	if made.Signing != nil {
		fmt.Fprintf(&out, "sign %s %s\n", made.Signing.Scheme, made.Signing.Params)
	}
	for _, field := range made.Dropped {
		loses := "meaning"
		if field.Weight == sluice.DroppedHint {
			loses = "hint"
		}
		fmt.Fprintf(&out, "dropped %s %s\n", loses, field.Field)
	}
	return out.String() + "\n" + string(made.Body)
}

// Run is what a Direct answers: a line a chunk.
func Run(direct sluice.Direct, request *sluice.Request) string {
	var log strings.Builder
	out := sluice.NewSink(func(chunk *sluice.Chunk) { log.WriteString(Describe(chunk)) })
	if err := direct.Answer(context.Background(), request, out); err != nil {
		log.WriteString(DescribeError(err))
	}
	return log.String()
}

// Frame is what a decoder is given at a time.
type Frame struct {
	Event string
	Data  []byte
}

// Decode is what comes of an answer: a line a chunk.
func Decode(codec sluice.Codec, request *sluice.Request, response *sluice.Response,
	frames []Frame) string {
	decoder, err := codec.Open(request, response)
	if err != nil {
		return DescribeError(err)
	}
	var log strings.Builder
	out := sluice.NewSink(func(chunk *sluice.Chunk) { log.WriteString(Describe(chunk)) })
	for _, frame := range frames {
		if err = decoder.Frame(frame.Event, frame.Data, out); err != nil {
			break
		}
	}
	if err == nil {
		err = decoder.End(out)
	}
	if err != nil {
		log.WriteString(DescribeError(err))
	}
	return log.String()
}

// Replay fails the test unless the answers of the transcripts in a directory become their chunks:
// whole, cut at every byte, and with an error if they end early.
func Replay(t *testing.T, codec sluice.Codec, directory string) {
	files, _ := filepath.Glob(filepath.Join(directory, "*.txt"))
	if len(files) == 0 {
		t.Fatalf("%s holds no transcripts, *.txt", directory)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parse(t, string(text)).replay(t, codec)
		})
	}
}

type transcript struct {
	request  *sluice.Request
	response sluice.Response
	body     []byte
	chunks   string
}

func between(t *testing.T, text, from, to string) (string, string) {
	_, rest, found := strings.Cut(text, from)
	part, behind, ended := strings.Cut(rest, to)
	if !found || !ended {
		t.Fatalf("the transcript has no %q or no %q", from, to)
	}
	return part, to + behind
}

func parse(t *testing.T, text string) *transcript {
	request, rest := between(t, text, "=== request\n", "=== answer\n")
	// The head may end its lines with CRLF, as recorders write them.
	blank := "\n\n"
	if crlf := strings.Index(rest, "\n\r\n"); crlf >= 0 && crlf < strings.Index(rest+blank, blank) {
		blank = "\n\r\n"
	}
	head, _ := between(t, rest, "=== answer\n", blank)
	_, rest, _ = strings.Cut(rest, blank)
	body, rest := between(t, "\n\n"+rest, "\n\n", "=== chunks\n")
	out := &transcript{
		request: Request(sluice.OpChat, request),
		body:    []byte(body),
		chunks:  strings.TrimPrefix(rest, "=== chunks\n"),
	}
	if request == "" {
		out.request = Request(sluice.OpModels, "")
	}
	lines := strings.Split(strings.ReplaceAll(head, "\r", ""), "\n")
	out.response.Status, _ = strconv.Atoi(strings.Split(lines[0]+" ", " ")[1])
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		out.response.Headers = append(out.response.Headers, sluice.Header{Name: name, Value: value})
	}
	return out
}

func (tr *transcript) replay(t *testing.T, codec sluice.Codec) {
	made, err := codec.Encode(tr.request)
	if err != nil {
		t.Fatal(DescribeError(err))
	}
	framing := made.Framing
	if !tr.response.OK() {
		framing = sluice.FrameWhole
	}
	all := cut(framing, tr.body)
	if log := Decode(codec, tr.request, &tr.response, all); log != tr.chunks {
		t.Fatalf("expected:\n%scame:\n%s", tr.chunks, log)
	}
	for at := range tr.body {
		frames := cut(framing, tr.body[:at], tr.body[at:])
		if log := Decode(codec, tr.request, &tr.response, frames); log != tr.chunks {
			t.Fatalf("cut at byte %d, expected:\n%scame:\n%s", at, tr.chunks, log)
		}
	}
	for count := range all {
		log := Decode(codec, tr.request, &tr.response, all[:count])
		if !strings.Contains(log, "error ") && !strings.Contains(log, "finish ") {
			t.Fatalf("ended after %d frames without an error:\n%s", count, log)
		}
	}
}

// Cuts a body that comes in pieces into frames, as the host does.
func cut(framing sluice.Framing, pieces ...[]byte) []Frame {
	var frames []Frame
	body := bytes.Join(pieces, nil)
	switch framing {
	case sluice.FrameRaw:
		for _, piece := range pieces {
			if len(piece) > 0 {
				frames = append(frames, Frame{Data: piece})
			}
		}
	case sluice.FrameLines:
		for _, line := range bytes.Split(body, []byte("\n")) {
			if len(line) > 0 {
				frames = append(frames, Frame{Data: line})
			}
		}
	// Messages of an event stream are written as server-sent events.
	case sluice.FrameSSE, sluice.FrameEvents:
		return events(body)
	default:
		if len(body) > 0 {
			frames = append(frames, Frame{Data: body})
		}
	}
	return frames
}

func events(body []byte) []Frame {
	var frames []Frame
	var open Frame
	for _, line := range strings.Split(string(body), "\n") {
		if value, is := strings.CutPrefix(line, "event: "); is {
			open.Event = value
		} else if value, is := strings.CutPrefix(line, "data: "); is {
			if open.Data != nil {
				open.Data = append(open.Data, '\n')
			}
			open.Data = append(open.Data, value...)
		} else if line == "" {
			if open.Data != nil {
				frames = append(frames, open)
			}
			open = Frame{}
		}
	}
	return frames
}
