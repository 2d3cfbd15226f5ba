/* Goes on pushing when nobody reads any more. */
#include "codec.h"

static sluice_status frameOn(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                             sluice_error* err) {
  const sluice_status status = frame(at, event, data, sink, err);
  return status == SLUICE_CANCELLED ? SLUICE_OK : status;
}

FAULTY_CODEC(.frame = frameOn)
