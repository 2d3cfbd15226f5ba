/* Answers ids that only begin like one it knows, such as "sluice.strategy/12". */
#include "strategy.h"

static const void* byPrefix(const sluice_instance* self, const char* id) {
  (void)self;
  static const sluice_strategy table = {.struct_size = sizeof table, .rank = rank};
  return strncmp(id, SLUICE_EXT_STRATEGY, strlen(SLUICE_EXT_STRATEGY)) == 0 ? &table : NULL;
}

FAULTY_INSTANCE(.get_extension = byPrefix)
