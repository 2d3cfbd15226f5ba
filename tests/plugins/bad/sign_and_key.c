/* Wants its request signed, and sends the key in a header all the same. */
#include "codec.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  if (status == SLUICE_OK) out->sign(out, str("google.service-account"), str("{\"scopes\": []}"));
  return status;
}

FAULTY_CODEC(.encode = faulty)
