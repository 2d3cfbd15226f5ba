/* Remembers in a static what belongs to one answer: what follows one that broke off has no START.
 */
#include "codec.h"

static bool open_answer;

static sluice_status frameShared(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                 sluice_error* err) {
  struct decoder* const decoder = at;
  sluice_chunk chunk;
  sluice_usage usage;
  if (decoder->http_status / 100 != 2 || !readLine(data, &chunk, &usage))
    return frame(at, event, data, sink, err);
  if (chunk.type == SLUICE_CHUNK_START && !decoder->started &&
      __atomic_exchange_n(&open_answer, true, __ATOMIC_RELAXED)) {
    decoder->started = true;
    return SLUICE_OK;
  }
  if (chunk.type == SLUICE_CHUNK_FINISH) __atomic_store_n(&open_answer, false, __ATOMIC_RELAXED);
  return frame(at, event, data, sink, err);
}

FAULTY_CODEC(.frame = frameShared)
