/* Begins a tool call without the id that its result will name. */
#include "codec.h"

static sluice_status frameWithoutId(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                    sluice_error* err) {
  struct decoder* const decoder = at;
  sluice_chunk chunk;
  sluice_usage usage;
  if (!decoder->started || decoder->stopped || !readLine(data, &chunk, &usage) ||
      chunk.type != SLUICE_CHUNK_TOOL_CALL)
    return frame(at, event, data, sink, err);
  chunk.ref = str("");
  return pushed(sink->push(sink, &chunk), err);
}

FAULTY_CODEC(.frame = frameWithoutId)
