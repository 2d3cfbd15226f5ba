/* Each instance leaves a file open. */
#include <fcntl.h>

#include "strategy.h"

static const sluice_instance* opening(const sluice_component* self, const sluice_host* host,
                                      sluice_str name, sluice_str config, sluice_error* err) {
  (void)open("/dev/null", O_RDONLY | O_CLOEXEC);
  return create(self, host, name, config, err);
}

FAULTY_COMPONENT(.create = opening)
