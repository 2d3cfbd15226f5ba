/* Asks for a tunnel. */
#include "codec.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  (void)self;
  const sluice_status status = check(req, err);
  if (status == SLUICE_OK) out->start(out, str("CONNECT"), str("/say"));
  return status;
}

FAULTY_CODEC(.encode = faulty)
