/* Answers with another table each time. */
#include "strategy.h"

static const void* another(const sluice_instance* self, const char* id) {
  (void)self;
  static const sluice_strategy tables[2] = {{.struct_size = sizeof *tables, .rank = rank},
                                            {.struct_size = sizeof *tables, .rank = rank}};
  static unsigned asked;
  if (strcmp(id, SLUICE_EXT_STRATEGY) != 0) return NULL;
  return &tables[__atomic_fetch_add(&asked, 1, __ATOMIC_RELAXED) % 2];
}

FAULTY_INSTANCE(.get_extension = another)
