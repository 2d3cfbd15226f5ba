/* strategy.h: a sound strategy: all candidates, in their order. */
#pragma once

#include "faulty.h"

UNUSED static sluice_status rank(const sluice_instance* self, const sluice_request* req,
                                 const sluice_candidate* const* cands, size_t n, uint32_t* order,
                                 size_t* n_order, sluice_error* err) {
  (void)self, (void)req, (void)cands, (void)err;
  for (size_t i = 0; i < n; ++i) order[i] = (uint32_t)i;
  *n_order = n;
  return SLUICE_OK;
}

#define STRATEGY(...) FACE(sluice_strategy, SLUICE_EXT_STRATEGY, .rank = rank, __VA_ARGS__)
#define FAULTY_STRATEGY(...)      \
  STRATEGY(__VA_ARGS__)           \
  INSTANCE()                      \
  COMPONENT(SLUICE_KIND_STRATEGY) \
  LIBRARY()                       \
  ENTRY()
#define FAULTY_INSTANCE(...)      \
  STRATEGY()                      \
  INSTANCE(__VA_ARGS__)           \
  COMPONENT(SLUICE_KIND_STRATEGY) \
  LIBRARY()                       \
  ENTRY()
#define FAULTY_COMPONENT(...)                  \
  STRATEGY()                                   \
  INSTANCE()                                   \
  COMPONENT(SLUICE_KIND_STRATEGY, __VA_ARGS__) \
  LIBRARY()                                    \
  ENTRY()
/* Without ENTRY(). */
#define FAULTY_LIBRARY(...)       \
  STRATEGY()                      \
  INSTANCE()                      \
  COMPONENT(SLUICE_KIND_STRATEGY) \
  LIBRARY(__VA_ARGS__)
