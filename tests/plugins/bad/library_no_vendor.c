/* Does not say whose it is. */
#include "strategy.h"

FAULTY_LIBRARY(.vendor = NULL)
ENTRY()
