/* Looks at the request once more in release(), though it was lent until finish() only. */
#include "direct.h"

static sluice_status startKeeping(const sluice_instance* self, const sluice_request* req,
                                  sluice_sink* sink, void** call, sluice_error* err) {
  void* const body = (void*)req->body.ptr;
  const sluice_status status = start(self, req, sink, call, err);
  *call = body;
  return status;
}
UNSEEN static void release(void* call) {
  const volatile char* const body = call;
  const char first = body[0];
  (void)first;
}

FAULTY_DIRECT(.start = startKeeping, .release = release)
