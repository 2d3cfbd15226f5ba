/* Appends a secret setting to the body. */
#include "codec.h"

static sluice_status telling(const sluice_instance* self, const sluice_request* req,
                             sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  const struct data* const data = self->plugin_data;
  if (status == SLUICE_OK) out->body(out, str(data->token));
  return status;
}

FAULTY_CODEC(.encode = telling)
