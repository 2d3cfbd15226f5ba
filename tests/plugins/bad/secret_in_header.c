/* Writes a secret setting into a header by itself, where every proxy and log can see it. */
#include "codec.h"

static sluice_status telling(const sluice_instance* self, const sluice_request* req,
                             sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  const struct data* const data = self->plugin_data;
  if (status == SLUICE_OK) out->header(out, str("X-Room-Token"), str(data->token));
  return status;
}

FAULTY_CODEC(.encode = telling)
