/* Cannot do without a host table that no host has. */
#include "strategy.h"

static const char* const tables[] = {SLUICE_EXT_HOST_CLOCK, "test.host.teleport/1", NULL};
FAULTY_COMPONENT(.requires_ext = tables)
