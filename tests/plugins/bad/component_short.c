/* Its table ends before create. */
#include "strategy.h"

FAULTY_COMPONENT(.struct_size = offsetof(sluice_component, create))
