/* A strategy that has no table to rank with. */
#include "strategy.h"

static const void* nothing(const sluice_instance* self, const char* id) {
  (void)self, (void)id;
  return NULL;
}

FAULTY_INSTANCE(.get_extension = nothing)
