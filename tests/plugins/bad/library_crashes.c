/* Its entry crashes. */
#include "strategy.h"

FAULTY_LIBRARY()

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  if (host_abi == SLUICE_ABI_VERSION) abort();
  return NULL;
}
