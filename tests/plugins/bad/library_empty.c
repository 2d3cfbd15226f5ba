/* Offers nothing. */
#include "strategy.h"

FAULTY_LIBRARY(.n_components = 0)
ENTRY()
