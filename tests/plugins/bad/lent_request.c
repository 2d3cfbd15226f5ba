/* Reads the request's body again while it decodes, though it was only lent to open(). */
#include "codec.h"

struct keeper {
  void* decoder;
  sluice_str body;
};

static sluice_status openKeeping(const sluice_instance* self, const sluice_request* req,
                                 uint32_t http_status, const sluice_kv* headers, size_t n,
                                 void** decoder, sluice_error* err) {
  struct keeper* const made = calloc(1, sizeof *made);
  *decoder = made;
  made->body = req->body;
  return openAnswer(self, req, http_status, headers, n, &made->decoder, err);
}
UNSEEN static sluice_status frameReading(void* at, sluice_str event, sluice_str data,
                                         sluice_sink* sink, sluice_error* err) {
  struct keeper* const keeper = at;
  const volatile char* const body = keeper->body.ptr;
  if (keeper->body.len > 0 && body[0] != '{') return broken(err);
  return frame(keeper->decoder, event, data, sink, err);
}
static sluice_status endKeeping(void* at, sluice_sink* sink, sluice_error* err) {
  return end(((struct keeper*)at)->decoder, sink, err);
}
static void closeKeeping(void* at) {
  closeAnswer(((struct keeper*)at)->decoder);
  free(at);
}

FAULTY_CODEC(.open = openKeeping, .frame = frameReading, .end = endKeeping, .close = closeKeeping)
