/* Each instance leaves 64 KiB behind. */
#include "leak.h"
#include "strategy.h"

static const sluice_instance* keeping(const sluice_component* self, const sluice_host* host,
                                      sluice_str name, sluice_str config, sluice_error* err) {
  leak(65536);
  return create(self, host, name, config, err);
}

FAULTY_COMPONENT(.create = keeping)
