/* Says that it serves every host, also of a version that nobody has written yet. */
#include "strategy.h"

FAULTY_LIBRARY()

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  (void)host_abi;
  return &library;
}
