/* Says that it serves every host of its major version, while that is 0 and a minor changes
 * anything. */
#include "strategy.h"

FAULTY_LIBRARY()

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  return host_abi >> 16 == SLUICE_ABI_MAJOR ? &library : NULL;
}
