/* Answers this host with a library that was built for another major version. */
#include "strategy.h"

FAULTY_LIBRARY(.abi_version = (SLUICE_ABI_MAJOR + 1) << 16)
ENTRY()
