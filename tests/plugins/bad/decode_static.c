/* Remembers in a static what belongs to one answer: only the first one gets its START. */
#include "codec.h"

static bool started;

static sluice_status frameOnce(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                               sluice_error* err) {
  struct decoder* const decoder = at;
  const bool start = data.len > 3 && memcmp(data.ptr, "id ", 3) == 0;
  if (start && decoder->http_status == 200 &&
      __atomic_exchange_n(&started, true, __ATOMIC_RELAXED)) {
    decoder->started = true;
    return SLUICE_OK;
  }
  return frame(at, event, data, sink, err);
}

FAULTY_CODEC(.frame = frameOnce)
