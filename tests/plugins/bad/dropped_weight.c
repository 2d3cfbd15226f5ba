/* Leaves out a field with a weight that nobody knows. */
#include "codec.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  if (status == SLUICE_OK) out->dropped(out, 7, str("seed"));
  return status;
}

FAULTY_CODEC(.encode = faulty)
