/* Tells the id of a tool call after its first piece, where nobody looks for it. */
#include "codec.h"

static sluice_status frameLateId(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                 sluice_error* err) {
  struct decoder* const decoder = at;
  sluice_chunk chunk;
  sluice_usage usage;
  if (!decoder->started || decoder->stopped || !readLine(data, &chunk, &usage) ||
      chunk.type != SLUICE_CHUNK_TOOL_CALL)
    return frame(at, event, data, sink, err);
  sluice_chunk first = chunk;
  first.ref = first.text = str("");
  if (sink->push(sink, &first) == SLUICE_CANCELLED) return pushed(SLUICE_CANCELLED, err);
  chunk.name = str("");
  return pushed(sink->push(sink, &chunk), err);
}

FAULTY_CODEC(.frame = frameLateId)
