/* Writes a secret setting into the path. */
#include "codec.h"

static sluice_status telling(const sluice_instance* self, const sluice_request* req,
                             sluice_http_out* out, sluice_error* err) {
  const sluice_status status = check(req, err);
  if (status != SLUICE_OK) return status;
  const struct data* const data = self->plugin_data;
  char path[sizeof data->token + 20];
  snprintf(path, sizeof path, "/say?token=%s", data->token);
  out->start(out, str("POST"), str(path));
  out->body(out, req->body);
  out->framing = SLUICE_FRAME_LINES;
  return SLUICE_OK;
}

FAULTY_CODEC(.encode = telling)
