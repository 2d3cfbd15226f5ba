/* Refuses settings without a word. */
#include "strategy.h"

static const sluice_instance* choosy(const sluice_component* self, const sluice_host* host,
                                     sluice_str name, sluice_str config, sluice_error* err) {
  const sluice_str level = member(config, "level");
  if (level.len > 0 && (level.ptr[0] < '0' || level.ptr[0] > '9')) return NULL;
  return create(self, host, name, config, err);
}

FAULTY_COMPONENT(.config_schema = "{\"type\": \"object\", \"properties\": {\"level\": {}}}",
                 .create = choosy)
