/* Never says why the answer ended. */
#include "codec.h"

static sluice_status frameUnending(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                   sluice_error* err) {
  struct decoder* const decoder = at;
  sluice_chunk chunk;
  sluice_usage usage;
  if (decoder->started && !decoder->stopped && readLine(data, &chunk, &usage) &&
      chunk.type == SLUICE_CHUNK_FINISH) {
    decoder->stopped = true;
    return SLUICE_OK;
  }
  return frame(at, event, data, sink, err);
}

FAULTY_CODEC(.frame = frameUnending)
