/* Leaves an operation open until somebody cancels it, unless it is streamed. */
#include "direct.h"

static sluice_status startOnly(const sluice_instance* self, const sluice_request* req,
                               sluice_sink* sink, void** call, sluice_error* err) {
  if ((req->flags & SLUICE_REQ_STREAM) != 0) return start(self, req, sink, call, err);
  const sluice_status status = check(req, err);
  if (status != SLUICE_OK) return status;
  *call = sink;
  begin(sink);
  return SLUICE_OK;
}
static void cancel(void* call) {
  if (call != NULL) finish(call, SLUICE_CANCELLED);
}

FAULTY_DIRECT(.start = startOnly, .cancel = cancel)
