/* Finishes an operation twice, unless it is streamed. */
#include "direct.h"

static sluice_status startTwice(const sluice_instance* self, const sluice_request* req,
                                sluice_sink* sink, void** call, sluice_error* err) {
  const bool streamed = (req->flags & SLUICE_REQ_STREAM) != 0;
  const sluice_status status = start(self, req, sink, call, err);
  if (status == SLUICE_OK && !streamed) sink->finish(sink, NULL);
  return status;
}

FAULTY_DIRECT(.start = startTwice)
