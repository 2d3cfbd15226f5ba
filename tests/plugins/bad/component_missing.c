/* Counts one component more than it has. */
#include "strategy.h"

STRATEGY()
INSTANCE()
COMPONENT(SLUICE_KIND_STRATEGY)
static const sluice_component* const with_hole[] = {&component, NULL};
LIBRARY(.n_components = 2, .components = with_hole)
ENTRY()
