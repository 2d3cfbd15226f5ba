/* Names its favourite twice. */
#include "strategy.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            const sluice_candidate* const* cands, size_t n, uint32_t* order,
                            size_t* n_order, sluice_error* err) {
  const sluice_status status = rank(self, req, cands, n, order, n_order, err);
  if (n > 1) order[1] = order[0];
  return status;
}

FAULTY_STRATEGY(.rank = faulty)
