/* Lets each candidate be first in turn, so that the same candidates give another order. */
#include "strategy.h"

static sluice_status turning(const sluice_instance* self, const sluice_request* req,
                             const sluice_candidate* const* cands, size_t n, uint32_t* order,
                             size_t* n_order, sluice_error* err) {
  static size_t turn;
  const size_t first = __atomic_fetch_add(&turn, 1, __ATOMIC_RELAXED);
  const sluice_status status = rank(self, req, cands, n, order, n_order, err);
  for (size_t i = 0; i < n; ++i) order[i] = (uint32_t)((first + i) % n);
  return status;
}

FAULTY_STRATEGY(.rank = turning)
