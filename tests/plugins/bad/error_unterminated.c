/* When it fails, it fills the message to its last byte, without a NUL. */
#include "codec.h"

static sluice_status failing(const sluice_instance* self, const sluice_request* req,
                             sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  if (status != SLUICE_OK) memset(err->message, 'x', sizeof err->message);
  return status;
}

FAULTY_CODEC(.encode = failing)
