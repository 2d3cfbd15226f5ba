/* Leaves out a field and does not say which. */
#include "codec.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  if (status == SLUICE_OK) out->dropped(out, SLUICE_DROPPED_HINT, str(""));
  return status;
}

FAULTY_CODEC(.encode = faulty)
