/* Names a secret that no host has. */
#include "codec.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  if (status == SLUICE_OK) out->secret_header(out, str("X-Password"), str(""), str("password"));
  return status;
}

FAULTY_CODEC(.encode = faulty)
