/* Its licence is no SPDX expression. */
#include "strategy.h"

FAULTY_LIBRARY(.license = "Apache 2, mostly")
ENTRY()
