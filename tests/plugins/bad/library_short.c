/* Its library table ends before its components. */
#include "strategy.h"

FAULTY_LIBRARY(.struct_size = offsetof(sluice_library, components))
ENTRY()
