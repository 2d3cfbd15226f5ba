/* Takes its time to say what it is. */
#include <time.h>

#include "strategy.h"

FAULTY_LIBRARY()

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  const struct timespec thought = {.tv_nsec = 600000000};
  nanosleep(&thought, NULL);
  return host_abi == SLUICE_ABI_VERSION ? &library : NULL;
}
