/* When it fails, it writes its message in Latin-1. */
#include "codec.h"

static sluice_status failing(const sluice_instance* self, const sluice_request* req,
                             sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  if (status != SLUICE_OK)
    fail(err, status, "Werkzeug f\xfcr den Dialog wird nicht unterst\xfctzt");
  return status;
}

FAULTY_CODEC(.encode = failing)
