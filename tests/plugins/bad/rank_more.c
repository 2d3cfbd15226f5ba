/* Says that it ranked more than there are. */
#include "strategy.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            const sluice_candidate* const* cands, size_t n, uint32_t* order,
                            size_t* n_order, sluice_error* err) {
  const sluice_status status = rank(self, req, cands, n, order, n_order, err);
  ++*n_order;
  return status;
}

FAULTY_STRATEGY(.rank = faulty)
