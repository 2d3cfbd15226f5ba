/* Asks for the bytes as they come and takes each piece for whole lines. */
#include "raw.h"

static sluice_status frameLines(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                sluice_error* err) {
  while (data.len > 0) {
    const sluice_str line = cutLine(&data);
    const sluice_status status = frame(at, event, line, sink, err);
    if (status != SLUICE_OK) return status;
  }
  return SLUICE_OK;
}

FAULTY_CODEC(.encode = encodeRaw, .frame = frameLines)
