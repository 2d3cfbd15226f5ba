/* direct.h: a sound direct provider: it answers in start(), and neither pauses nor waits. */
#pragma once

#include "faulty.h"

UNUSED static sluice_status push(sluice_sink* sink, uint32_t type, const char* text,
                                 const char* name) {
  const sluice_chunk chunk = {
      .struct_size = sizeof chunk, .type = type, .text = str(text), .name = str(name)};
  return sink->push(sink, &chunk);
}
UNUSED static sluice_status begin(sluice_sink* sink) {
  const sluice_chunk chunk = {.struct_size = sizeof chunk,
                              .type = SLUICE_CHUNK_START,
                              .ref = str("a-1"),
                              .name = str("faulty")};
  return sink->push(sink, &chunk);
}
UNUSED static sluice_status say(sluice_sink* sink, const char* text) {
  return push(sink, SLUICE_CHUNK_TEXT, text, "");
}
UNUSED static sluice_status stop(sluice_sink* sink) {
  return push(sink, SLUICE_CHUNK_FINISH, "", "stop");
}
UNUSED static void finish(sluice_sink* sink, sluice_status last) {
  sluice_error cancelled = {.struct_size = sizeof cancelled};
  fail(&cancelled, SLUICE_CANCELLED, "cancelled");
  sink->finish(sink, last == SLUICE_CANCELLED ? &cancelled : NULL);
}

/* All chunks, until nobody reads them. */
UNUSED static sluice_status answer(sluice_sink* sink) {
  sluice_status last = begin(sink);
  if (last != SLUICE_CANCELLED) last = say(sink, "Hello ");
  if (last != SLUICE_CANCELLED) last = say(sink, "there");
  if (last != SLUICE_CANCELLED) last = stop(sink);
  return last;
}

UNUSED static sluice_status start(const sluice_instance* self, const sluice_request* req,
                                  sluice_sink* sink, void** call, sluice_error* err) {
  (void)self;
  *call = NULL;
  const sluice_status status = check(req, err);
  if (status == SLUICE_OK) finish(sink, answer(sink));
  return status;
}

#define DIRECT(...) FACE(sluice_direct, SLUICE_EXT_DIRECT, .start = start, __VA_ARGS__)
#define FAULTY_DIRECT(...)        \
  DIRECT(__VA_ARGS__)             \
  INSTANCE()                      \
  COMPONENT(SLUICE_KIND_PROVIDER) \
  LIBRARY()                       \
  ENTRY()
