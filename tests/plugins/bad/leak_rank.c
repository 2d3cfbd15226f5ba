/* Each list of candidates that is ranked leaves 1 KiB behind. */
#include "leak.h"
#include "strategy.h"

static sluice_status rankKeeping(const sluice_instance* self, const sluice_request* req,
                                 const sluice_candidate* const* cands, size_t n, uint32_t* order,
                                 size_t* n_order, sluice_error* err) {
  leak(1024);
  return rank(self, req, cands, n, order, n_order, err);
}

FAULTY_STRATEGY(.rank = rankKeeping)
