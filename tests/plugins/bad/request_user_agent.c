/* Sets a header that is the host's alone. */
#include "codec.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  if (status == SLUICE_OK) out->header(out, str("User-Agent"), str("faulty/1"));
  return status;
}

FAULTY_CODEC(.encode = faulty)
