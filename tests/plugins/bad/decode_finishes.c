/* Its decoder ends the operation itself, which is the host's to do. */
#include "codec.h"

static sluice_status endFinishing(void* at, sluice_sink* sink, sluice_error* err) {
  const sluice_status status = end(at, sink, err);
  if (status == SLUICE_OK) sink->finish(sink, NULL);
  return status;
}

FAULTY_CODEC(.end = endFinishing)
