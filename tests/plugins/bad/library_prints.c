/* Greets on standard output, which belongs to the program that looks. */
#include "strategy.h"

FAULTY_LIBRARY()

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  puts("Thank you for choosing faulty plugins!");
  fflush(stdout);
  return host_abi == SLUICE_ABI_VERSION ? &library : NULL;
}
