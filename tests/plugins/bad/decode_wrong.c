/* Takes what went in for what came out. */
#include "codec.h"

struct swapping {
  sluice_sink sink;
  sluice_sink* host;
};

static sluice_status pushSwapped(sluice_sink* sink, const sluice_chunk* chunk) {
  sluice_sink* const host = ((struct swapping*)sink->host_data)->host;
  if (chunk->type != SLUICE_CHUNK_USAGE) return host->push(host, chunk);
  sluice_usage usage = *chunk->usage;
  usage.input = chunk->usage->output;
  usage.output = chunk->usage->input;
  sluice_chunk swapped = *chunk;
  swapped.usage = &usage;
  return host->push(host, &swapped);
}
static sluice_status frameWrong(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                sluice_error* err) {
  struct swapping swapping = {.sink = *sink, .host = sink};
  swapping.sink.host_data = &swapping;
  swapping.sink.push = pushSwapped;
  return frame(at, event, data, &swapping.sink, err);
}

FAULTY_CODEC(.frame = frameWrong)
