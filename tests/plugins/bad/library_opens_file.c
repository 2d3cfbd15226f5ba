/* Opens a file as soon as it is looked at. */
#include <fcntl.h>

#include "strategy.h"

FAULTY_LIBRARY()

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  static int zero = -1;
  if (zero < 0) zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  return host_abi == SLUICE_ABI_VERSION ? &library : NULL;
}
