/* Throws dice. */
#include "strategy.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            const sluice_candidate* const* cands, size_t n, uint32_t* order,
                            size_t* n_order, sluice_error* err) {
  const sluice_status status = rank(self, req, cands, n, order, n_order, err);
  for (size_t i = n; i > 1; --i) {
    const size_t other = (size_t)rand() % i;
    const uint32_t held = order[i - 1];
    order[i - 1] = order[other];
    order[other] = held;
  }
  return status;
}

FAULTY_STRATEGY(.rank = faulty)
