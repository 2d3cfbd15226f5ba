/* Logs its settings when it is asked something. */
#include "codec.h"

static sluice_status telling(const sluice_instance* self, const sluice_request* req,
                             sluice_http_out* out, sluice_error* err) {
  const struct data* const data = self->plugin_data;
  char line[sizeof data->token + 40];
  snprintf(line, sizeof line, "asking with {\"token\": \"%s\"}", data->token);
  data->host->log(data->host, 1, str(line));
  return encode(self, req, out, err);
}

FAULTY_CODEC(.encode = telling)
