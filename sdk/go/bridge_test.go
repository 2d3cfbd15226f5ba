package sluice

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

type panicking struct{}

func (panicking) Error() string { panic("no words") }

func TestAnErrorThatIsNilOrPanicsIsTold(t *testing.T) {
	var missing *Error
	var wrapped error = errors.Join(missing)
	for _, err := range []error{missing, wrapped, panicking{}} {
		if got := told(err); got.Code != Internal || got.Message == "" {
			t.Errorf("%+v", got)
		}
	}
	if got := told(BadRequest("no")); got.Code != InvalidArgument || got.Message != "no" {
		t.Errorf("%+v", got)
	}
}

func TestTextsOfErrorsAreUTF8(t *testing.T) {
	for text, want := range map[string]string{
		"a\xff\u00e9": "a?\u00e9", "a\x00b": "a b", "\xc3": "?", "": "",
	} {
		if got := fitting(text, 63); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
	cut := fitting(strings.Repeat("\u00e9", 40), 63)
	if len(cut) != 62 || !utf8.ValidString(cut) {
		t.Errorf("%q", cut)
	}
}

func TestARetryAfterIsNeverNegativeAndAtMostADay(t *testing.T) {
	for wait, want := range map[time.Duration]uint32{
		-time.Second: 0, 0: 0, 1500 * time.Millisecond: 1500, 1000 * time.Hour: 86400000,
	} {
		if got := wholeMs(wait); got != want {
			t.Errorf("%v became %d ms", wait, got)
		}
	}
}

// Answers nothing, and waits for its reader to leave if it is told to.
type waiting struct{ began chan struct{} }

func (w waiting) Answer(ctx context.Context, _ *Request, _ *Sink) error {
	if w.began != nil {
		close(w.began)
		<-ctx.Done()
	}
	return nil
}

func TestAnAnswerThatReturnsBecauseItIsCancelledIsCancelled(t *testing.T) {
	began := make(chan struct{})
	left := newCall(waiting{began}, &Request{Op: OpChat}, nil)
	go func() {
		<-began
		left.cancel()
	}()
	if err := left.answer(); err != ErrCancelled {
		t.Error(err)
	}
	if err := newCall(waiting{}, &Request{Op: OpChat}, nil).answer(); err != nil {
		t.Error(err)
	}
}
