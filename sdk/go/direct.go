package sluice

// #include "bridge.h"
import "C"

import (
	"context"
	"runtime/cgo"
	"sync"
)

// One running answer of a Direct, on a goroutine of its own.
type call struct {
	direct  Direct
	request *Request
	sink    *C.sluice_sink
	ctx     context.Context
	leave   context.CancelFunc

	mutex   sync.Mutex
	changed sync.Cond
	paused  bool
	left    bool
}

func newCall(direct Direct, request *Request, sink *C.sluice_sink) *call {
	made := &call{direct: direct, request: request, sink: sink}
	made.ctx, made.leave = context.WithCancel(context.Background())
	made.changed.L = &made.mutex
	return made
}

func callOf(handle C.uintptr_t) *call { return cgo.Handle(handle).Value().(*call) }

func (c *call) resume() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.paused = false
	c.changed.Signal()
}

func (c *call) cancel() {
	c.leave()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.left = true
	c.changed.Signal()
}

// Waits for a pause to end, and arms the next one: a resume() that comes while a push is under way
// must not be lost.
func (c *call) arm() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for c.paused && !c.left {
		c.changed.Wait()
	}
	c.paused = true
	return !c.left
}

func (c *call) push(chunk *Chunk) Code {
	if !c.arm() {
		return Cancelled
	}
	answer := pushTo(c.sink, chunk)
	if answer != pause {
		c.resume()
	}
	return answer
}

// What the answer ends with. One that nobody reads any more is cancelled, whatever Answer returned.
func (c *call) answer() error {
	defer c.leave()
	out := &Sink{push: c.push}
	err := caught(func() error { return c.direct.Answer(c.ctx, c.request, out) })
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if out.over || c.left {
		return ErrCancelled
	}
	return err
}

func (c *call) run() {
	err := c.answer()
	if err == nil {
		C.sluice_go_finish(c.sink, nil)
		return
	}
	failure := C.sluice_error{struct_size: C.sizeof_sluice_error}
	fill(&failure, err)
	C.sluice_go_finish(c.sink, &failure)
}
