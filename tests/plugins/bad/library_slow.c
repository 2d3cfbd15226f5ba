/* Takes a second to say what it is. */
#include <unistd.h>

#include "strategy.h"

FAULTY_LIBRARY()

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  sleep(1);
  return host_abi == SLUICE_ABI_VERSION ? &library : NULL;
}
