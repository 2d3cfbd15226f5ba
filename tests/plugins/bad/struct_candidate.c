/* Leaves out candidates that have grown at their end, as a later minor version's will. */
#include "strategy.h"

static sluice_status insisting(const sluice_instance* self, const sluice_request* req,
                               const sluice_candidate* const* cands, size_t n, uint32_t* order,
                               size_t* n_order, sluice_error* err) {
  (void)self, (void)req, (void)err;
  *n_order = 0;
  for (size_t i = 0; i < n; ++i)
    if (cands[i]->struct_size == sizeof *cands[i]) order[(*n_order)++] = (uint32_t)i;
  return SLUICE_OK;
}

FAULTY_STRATEGY(.rank = insisting)
