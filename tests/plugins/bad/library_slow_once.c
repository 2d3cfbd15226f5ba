/* Takes its time when it is first asked what it is. */
#include <time.h>

#include "strategy.h"

FAULTY_LIBRARY()

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  static bool asked;
  const struct timespec thought = {.tv_nsec = 600000000};
  if (!asked) nanosleep(&thought, NULL);
  asked = true;
  return host_abi == SLUICE_ABI_VERSION ? &library : NULL;
}
