package sluice

// #cgo CFLAGS: -I${SRCDIR}/../include -I${SRCDIR}/../../../include
// #include <stdlib.h>
// #include "bridge.h"
import "C"

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"
)

// Host is the host's log and clock. It may be kept as long as the component lives.
type Host struct{ host *C.sluice_host }

// Debug logs.
func (h Host) Debug(message string) { h.log(0, message) }

// Info logs.
func (h Host) Info(message string) { h.log(1, message) }

// Warning logs.
func (h Host) Warning(message string) { h.log(2, message) }

// Error logs.
func (h Host) Error(message string) { h.log(3, message) }

// Now is the time; test hosts turn it by hand.
func (h Host) Now() time.Time {
	if h.host == nil {
		return time.Now()
	}
	return time.UnixMilli(int64(C.sluice_go_unix_ms(h.host)))
}

func (h Host) log(level int32, message string) {
	if h.host != nil {
		C.sluice_go_log(h.host, C.int32_t(level), lend(message))
	}
}

func lend(text string) C.sluice_str {
	return C.sluice_str{ptr: (*C.char)(unsafe.Pointer(unsafe.StringData(text))), len: C.size_t(len(text))}
}

func copyText(text C.sluice_str) string {
	if text.ptr == nil {
		return ""
	}
	return string(unsafe.Slice((*byte)(unsafe.Pointer(text.ptr)), int(text.len)))
}

func copyBytes(bytes C.sluice_str) []byte { return []byte(copyText(bytes)) }

func copyRequest(from *C.sluice_request) *Request {
	return &Request{
		Op:         Op(from.op),
		Stream:     from.flags&C.SLUICE_REQ_STREAM != 0,
		ID:         uint64(from.id),
		DeadlineNs: int64(from.deadline_ns),
		Model:      copyText(from.model),
		Dialect:    copyText(from.dialect),
		Body:       copyBytes(from.body),
	}
}

func copyUsage(from *C.sluice_usage) *Usage {
	if from == nil {
		return nil
	}
	return &Usage{
		uint64(from.input), uint64(from.cache_read), uint64(from.cache_write), uint64(from.output),
		uint64(from.reasoning),
	}
}

// What has room, never half a character; NUL becomes a space, and what is no UTF-8 `?`.
func fitting(text string, room int) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "?"), "\x00", " ")
	size := min(len(text), room)
	for size > 0 && size < len(text) && !utf8.RuneStart(text[size]) {
		size--
	}
	return text[:size]
}

func put(to []C.char, text string) {
	text = fitting(text, len(to)-1)
	for i := range len(text) {
		to[i] = C.char(text[i])
	}
	to[len(text)] = 0
}

// From 0 to a day.
func wholeMs(wait time.Duration) uint32 {
	return uint32(max(0, min(wait, 24*time.Hour)).Milliseconds())
}

// As asError; an error whose own methods panic is that panic.
func told(err error) (out *Error) {
	thrown := caught(func() error {
		out = asError(err)
		return nil
	})
	if thrown != nil {
		out = asError(thrown)
	}
	return out
}

func fill(to *C.sluice_error, err error) C.sluice_status {
	from := told(err)
	to.code = C.sluice_status(from.Code)
	if from.Code == OK {
		to.code = C.SLUICE_UNKNOWN
	}
	to.reason = C.uint32_t(from.Reason)
	to.retryable = 0
	if from.Retryable {
		to.retryable = 1
	}
	to.retry_after_ms = C.uint32_t(wholeMs(from.RetryAfter))
	to.http_status = C.uint32_t(max(0, min(from.HTTPStatus, math.MaxInt32)))
	put(to.message[:], from.Message)
	put(to._type[:], from.Type)
	put(to.symbol[:], from.Symbol)
	put(to.param[:], from.Param)
	return to.code
}

// Turns a panic into an error; also that of a nil pointer, but not what is fatal to every Go program.
func caught(work func() error) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = &Error{Code: Internal, Message: fmt.Sprintf("the plugin panicked: %v", thrown)}
		}
	}()
	return work()
}

func guard(to *C.sluice_error, work func() error) C.sluice_status {
	if err := caught(work); err != nil {
		return fill(to, err)
	}
	return C.SLUICE_OK
}

func pushTo(sink *C.sluice_sink, chunk *Chunk) Code {
	var usage *C.sluice_usage
	if chunk.Usage != nil {
		usage = &C.sluice_usage{
			struct_size: C.sizeof_sluice_usage,
			input:       C.uint64_t(chunk.Usage.Input),
			cache_read:  C.uint64_t(chunk.Usage.CacheRead),
			cache_write: C.uint64_t(chunk.Usage.CacheWrite),
			output:      C.uint64_t(chunk.Usage.Output),
			reasoning:   C.uint64_t(chunk.Usage.Reasoning),
		}
	}
	return Code(C.sluice_go_push(
		sink, C.uint32_t(chunk.Type), C.uint32_t(chunk.Choice), C.uint32_t(chunk.Index),
		lend(chunk.Text), lend(chunk.Name), lend(chunk.Ref), C.double(chunk.Score), usage,
		lend(chunk.Extra)))
}

var registered struct {
	library    *C.sluice_library
	components []Component
}

// Register says what this library offers. Once, from an init() of the main package.
func Register(library Library) {
	count := len(library.Components)
	registered.components = library.Components
	tables := (*[1 << 16]C.sluice_go_component)(
		C.calloc(C.size_t(count), C.sizeof_sluice_go_component))[:count:count]
	list := (*[1 << 16]*C.sluice_component)(
		C.calloc(C.size_t(count), C.size_t(unsafe.Sizeof(uintptr(0)))))[:count:count]
	for i, component := range library.Components {
		kind, schema := component.Kind, (*C.char)(nil)
		if kind == 0 {
			kind = KindProvider
		}
		if component.ConfigSchema != "" {
			schema = C.CString(component.ConfigSchema)
		}
		C.sluice_go_describe(&tables[i], C.uint32_t(i), C.uint32_t(kind), C.CString(component.ID),
			C.CString(component.Description), schema)
		list[i] = &tables[i].component
	}
	registered.library = (*C.sluice_library)(unsafe.Pointer(C.sluice_go_library(
		C.uint32_t(count), &list[0], C.CString(library.Vendor), C.CString(library.Version),
		C.CString(library.License))))
}
