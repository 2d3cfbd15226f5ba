/* Two components of one id. */
#include "strategy.h"

STRATEGY()
INSTANCE()
COMPONENT(SLUICE_KIND_STRATEGY)
static const sluice_component* const both[] = {&component, &component};
LIBRARY(.n_components = 2, .components = both)
ENTRY()
