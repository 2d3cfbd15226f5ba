/* When it fails, it says nothing of why. */
#include "codec.h"

static sluice_status failing(const sluice_instance* self, const sluice_request* req,
                             sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  if (status != SLUICE_OK) memset(err->message, 0, sizeof err->message);
  return status;
}

FAULTY_CODEC(.encode = failing)
