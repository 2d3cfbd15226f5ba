/* Makes a new table each time it is asked. */
#include "strategy.h"

FAULTY_LIBRARY()

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  static sluice_library copies[2];
  static unsigned asked;
  if (host_abi != SLUICE_ABI_VERSION) return NULL;
  sluice_library* const copy = &copies[asked++ % 2];
  *copy = library;
  return copy;
}
