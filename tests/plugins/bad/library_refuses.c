/* Serves no host at all. */
#include "strategy.h"

FAULTY_LIBRARY()

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  return host_abi == 0 ? &library : NULL;
}
