/* Takes it for granted that a setting is a string, which its schema does not say. */
#include "strategy.h"

static const sluice_instance* trusting(const sluice_component* self, const sluice_host* host,
                                       sluice_str name, sluice_str config, sluice_error* err) {
  const sluice_str level = member(config, "level");
  if (level.len > 0) {
    const char* volatile text = level.ptr[0] == '"' ? level.ptr + 1 : NULL;
    if (*text == 'x') return NULL;
  }
  return create(self, host, name, config, err);
}

FAULTY_COMPONENT(.config_schema = "{\"type\": \"object\", \"properties\": {\"level\": {}}}",
                 .create = trusting)
