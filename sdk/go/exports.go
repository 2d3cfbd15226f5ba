package sluice

// #include "bridge.h"
import "C"

import (
	"runtime/cgo"
	"slices"
	"unsafe"
)

// One configured use of a component, by its faces.
type instance struct {
	codec    Codec
	direct   Direct
	strategy Strategy
	observer Observer
	memory   Memory
	ops      []Op // of direct
}

//export sluiceGoRegistered
func sluiceGoRegistered() *C.sluice_library { return registered.library }

//export sluiceGoCreate
func sluiceGoCreate(index C.uint32_t, host *C.sluice_host, name, config C.sluice_str,
	handle *C.uintptr_t, faces *C.uint32_t, err *C.sluice_error) C.sluice_status {
	return guard(err, func() error {
		component := &registered.components[index]
		made, err := component.Create(Setup{Host{host}, copyText(name), copyBytes(config)})
		if err != nil {
			return err
		}
		var of instance
		of.codec, _ = made.(Codec)
		of.direct, _ = made.(Direct)
		of.strategy, _ = made.(Strategy)
		of.observer, _ = made.(Observer)
		of.memory, _ = made.(Memory)
		of.ops = component.Ops
		if len(of.ops) == 0 {
			of.ops = []Op{OpChat}
		}
		if source, is := made.(ItemSource); is {
			of.direct = items{source}
			of.ops = []Op{OpContext}
			if component.Kind == KindSearch {
				of.ops = []Op{OpSearch}
			}
		}
		if of.codec != nil {
			*faces |= C.SLUICE_GO_CODEC
		}
		if of.direct != nil {
			*faces |= C.SLUICE_GO_DIRECT
		}
		if of.strategy != nil {
			*faces |= C.SLUICE_GO_STRATEGY
		}
		if of.memory != nil {
			*faces |= C.SLUICE_GO_MEMORY
		}
		*handle = C.uintptr_t(cgo.NewHandle(&of))
		return nil
	})
}

func of(handle C.uintptr_t) *instance { return cgo.Handle(handle).Value().(*instance) }

//export sluiceGoFree
func sluiceGoFree(handle C.uintptr_t) { cgo.Handle(handle).Delete() }

//export sluiceGoEncode
func sluiceGoEncode(handle C.uintptr_t, request *C.sluice_request, out *C.sluice_http_out,
	err *C.sluice_error) C.sluice_status {
	return guard(err, func() error {
		made, err := of(handle).codec.Encode(copyRequest(request))
		if err != nil {
			return err
		}
		C.sluice_go_http_start(out, lend(made.Method), lend(made.Path), C.uint32_t(made.Framing))
		for _, header := range made.Headers {
			C.sluice_go_http_header(out, lend(header.Name), lend(header.Value), lend(header.Secret))
		}
		if len(made.Body) > 0 {
			C.sluice_go_http_body(out, lend(unsafe.String(&made.Body[0], len(made.Body))))
		}
		if made.Signing != nil {
			C.sluice_go_http_sign(out, lend(made.Signing.Scheme), lend(made.Signing.Params))
		}
		for _, field := range made.Dropped {
			C.sluice_go_http_dropped(out, C.uint32_t(field.Weight), lend(field.Field))
		}
		return nil
	})
}

//export sluiceGoOpen
func sluiceGoOpen(handle C.uintptr_t, request *C.sluice_request, status C.uint32_t,
	headers *C.sluice_kv, count C.size_t, decoder *C.uintptr_t, err *C.sluice_error) C.sluice_status {
	return guard(err, func() error {
		response := Response{Status: int(status)}
		for _, header := range unsafe.Slice(headers, int(count)) {
			response.Headers = append(response.Headers,
				Header{Name: copyText(header.key), Value: copyText(header.value)})
		}
		made, err := of(handle).codec.Open(copyRequest(request), &response)
		if err != nil {
			return err
		}
		*decoder = C.uintptr_t(cgo.NewHandle(&opened{decoder: made}))
		return nil
	})
}

// A decoder, and whether nobody reads any more.
type opened struct {
	decoder Decoder
	left    bool
}

func (o *opened) step(sink *C.sluice_sink, work func(*Sink) error) error {
	out := &Sink{push: func(chunk *Chunk) Code { return pushTo(sink, chunk) }, over: o.left}
	err := work(out)
	o.left = out.over
	return err
}

//export sluiceGoFrame
func sluiceGoFrame(decoder C.uintptr_t, event, data C.sluice_str, sink *C.sluice_sink,
	err *C.sluice_error) C.sluice_status {
	return guard(err, func() error {
		o := cgo.Handle(decoder).Value().(*opened)
		return o.step(sink, func(out *Sink) error {
			return o.decoder.Frame(copyText(event), copyBytes(data), out)
		})
	})
}

//export sluiceGoEnd
func sluiceGoEnd(decoder C.uintptr_t, sink *C.sluice_sink, err *C.sluice_error) C.sluice_status {
	return guard(err, func() error {
		o := cgo.Handle(decoder).Value().(*opened)
		return o.step(sink, o.decoder.End)
	})
}

//export sluiceGoPrepare
func sluiceGoPrepare(handle C.uintptr_t, request *C.sluice_request, sink *C.sluice_sink,
	made *C.uintptr_t, err *C.sluice_error) C.sluice_status {
	return guard(err, func() error {
		instance := of(handle)
		if !slices.Contains(instance.ops, Op(request.op)) {
			return ErrUnimplemented
		}
		*made = C.uintptr_t(cgo.NewHandle(newCall(instance.direct, copyRequest(request), sink)))
		return nil
	})
}

//export sluiceGoRun
func sluiceGoRun(handle C.uintptr_t) { go callOf(handle).run() }

//export sluiceGoResume
func sluiceGoResume(handle C.uintptr_t) { callOf(handle).resume() }

//export sluiceGoCancel
func sluiceGoCancel(handle C.uintptr_t) { callOf(handle).cancel() }

func copyCandidate(from *C.sluice_candidate) Candidate {
	return Candidate{
		Healthy:   from.flags&C.SLUICE_CAND_HEALTHY != 0,
		Local:     from.flags&C.SLUICE_CAND_LOCAL != 0,
		Target:    copyText(from.target),
		Model:     copyText(from.model),
		Inflight:  uint32(from.inflight),
		Weight:    uint32(from.weight),
		LatencyUs: uint32(from.latency_us),
		ErrorPpm:  uint32(from.error_ppm),
		PriceIn:   float64(from.price_in),
		PriceOut:  float64(from.price_out),
		Labels:    copyText(from.labels),
	}
}

//export sluiceGoRank
func sluiceGoRank(handle C.uintptr_t, request *C.sluice_request, candidates **C.sluice_candidate,
	count C.size_t, order *C.uint32_t, ordered *C.size_t, err *C.sluice_error) C.sluice_status {
	return guard(err, func() error {
		all := make([]Candidate, count)
		for i, candidate := range unsafe.Slice(candidates, int(count)) {
			all[i] = copyCandidate(candidate)
		}
		ranked, err := of(handle).strategy.Rank(copyRequest(request), all)
		if err != nil {
			return err
		}
		if len(ranked) > len(all) {
			return &Error{Code: Internal, Message: "the strategy ranked more than there are"}
		}
		to := unsafe.Slice(order, int(count))
		for place, index := range ranked {
			if index < 0 || index >= len(all) {
				return &Error{Code: Internal, Message: "the strategy ranked what is no candidate"}
			}
			to[place] = C.uint32_t(index)
		}
		*ordered = C.size_t(len(ranked))
		return nil
	})
}

//export sluiceGoObserve
func sluiceGoObserve(handle C.uintptr_t, candidate *C.sluice_candidate, outcome *C.sluice_outcome) {
	observer := of(handle).observer
	if observer == nil {
		return
	}
	_ = caught(func() error {
		tried := copyCandidate(candidate)
		observer.Observe(&tried, &Outcome{
			Status: Code(outcome.status), FirstUs: uint64(outcome.first_us),
			TotalUs: uint64(outcome.total_us), Usage: copyUsage(outcome.usage),
		})
		return nil
	})
}

//export sluiceGoRemember
func sluiceGoRemember(handle C.uintptr_t, exchange C.sluice_str, err *C.sluice_error) C.sluice_status {
	return guard(err, func() error { return of(handle).memory.Remember(copyBytes(exchange)) })
}
