/* Logs its settings as they came. */
#include "codec.h"

static const sluice_instance* telling(const sluice_component* self, const sluice_host* host,
                                      sluice_str name, sluice_str config, sluice_error* err) {
  host->log(host, 1, config);
  return create(self, host, name, config, err);
}

CODEC()
INSTANCE()
COMPONENT(SLUICE_KIND_PROVIDER, WITH_TOKEN, .create = telling)
LIBRARY()
ENTRY()
