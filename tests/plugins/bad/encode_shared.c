/* Two requests at a time write into the same buffer. */
#include <sched.h>

#include "codec.h"

static char shared[65536];

static sluice_status sharing(const sluice_instance* self, const sluice_request* req,
                             sluice_http_out* out, sluice_error* err) {
  (void)self;
  const sluice_status status = check(req, err);
  if (status != SLUICE_OK) return status;
  const size_t length = req->body.len < sizeof shared ? req->body.len : sizeof shared;
  memset(shared, ' ', sizeof shared);
  for (size_t i = 0; i < length; ++i) {
    if (i % 16 == 0) sched_yield();
    shared[i] = req->body.ptr[i];
  }
  out->start(out, str("POST"), str("/say"));
  out->body(out, (sluice_str){shared, length});
  out->framing = SLUICE_FRAME_LINES;
  return SLUICE_OK;
}

FAULTY_CODEC(.encode = sharing)
