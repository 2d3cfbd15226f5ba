/* Its messages hold a secret setting. */
#include "codec.h"

static sluice_status telling(const sluice_instance* self, const sluice_request* req,
                             sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  const struct data* const data = self->plugin_data;
  if (status != SLUICE_OK)
    snprintf(err->message, sizeof err->message, "not possible with the token %s", data->token);
  return status;
}

FAULTY_CODEC(.encode = telling)
