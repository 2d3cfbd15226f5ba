/* Looks at the first candidate, also where there is none. */
#include "strategy.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            const sluice_candidate* const* cands, size_t n, uint32_t* order,
                            size_t* n_order, sluice_error* err) {
  const volatile uint32_t* const flags = n == 0 ? NULL : &cands[0]->flags;
  if ((*flags & SLUICE_CAND_HEALTHY) == 0) *n_order = 0;
  return rank(self, req, cands, n, order, n_order, err);
}

FAULTY_STRATEGY(.rank = faulty)
