/* Calls a function that no library has: it opens only where symbols are looked for late. */
#include "strategy.h"

int tokensOf(sluice_str text);

static sluice_status counting(const sluice_instance* self, const sluice_request* req,
                              const sluice_candidate* const* cands, size_t n, uint32_t* order,
                              size_t* n_order, sluice_error* err) {
  if (n > 0 && tokensOf(req->body) > 100000) return fail(err, SLUICE_UNAVAILABLE, "too long");
  return rank(self, req, cands, n, order, n_order, err);
}

FAULTY_STRATEGY(.rank = counting)
