/* A strategy that logs its settings when it ranks. */
#include "strategy.h"

static sluice_status telling(const sluice_instance* self, const sluice_request* req,
                             const sluice_candidate* const* cands, size_t n, uint32_t* order,
                             size_t* n_order, sluice_error* err) {
  const struct data* const data = self->plugin_data;
  char line[sizeof data->token + 40];
  snprintf(line, sizeof line, "ranking with {\"token\": \"%s\"}", data->token);
  data->host->log(data->host, 1, str(line));
  return rank(self, req, cands, n, order, n_order, err);
}

STRATEGY(.rank = telling)
INSTANCE()
COMPONENT(SLUICE_KIND_STRATEGY, WITH_TOKEN)
LIBRARY()
ENTRY()
