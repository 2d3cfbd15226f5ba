/* Begins its answer twice. */
#include "codec.h"

static sluice_status frameAgain(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                sluice_error* err) {
  const sluice_status status = frame(at, event, data, sink, err);
  if (status != SLUICE_OK || data.len < 3 || memcmp(data.ptr, "id ", 3) != 0) return status;
  sluice_chunk chunk;
  sluice_usage usage;
  readLine(data, &chunk, &usage);
  return pushed(sink->push(sink, &chunk), err);
}

FAULTY_CODEC(.frame = frameAgain)
