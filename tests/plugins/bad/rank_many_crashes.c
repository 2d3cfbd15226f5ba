/* Has room for 64 candidates, and no idea that there may be more. */
#include "strategy.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            const sluice_candidate* const* cands, size_t n, uint32_t* order,
                            size_t* n_order, sluice_error* err) {
  const sluice_candidate* seen[64];
  for (size_t i = 0; i < n; ++i) {
    if (i >= sizeof seen / sizeof *seen) abort();
    seen[i] = cands[i];
  }
  return rank(self, req, n == 0 ? cands : seen, n, order, n_order, err);
}

FAULTY_STRATEGY(.rank = faulty)
