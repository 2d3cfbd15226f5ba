/* Asks for a tunnel. */
#include "codec.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  (void)self;
  const sluice_status status = check(req, err);
  if (status != SLUICE_OK) return status;
  out->start(out, str("CONNECT"), str("/say"));
  out->framing = SLUICE_FRAME_LINES;
  return SLUICE_OK;
}

FAULTY_CODEC(.encode = faulty)
