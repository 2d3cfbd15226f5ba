/* Its init() fails and does not say why. */
#include "strategy.h"

static sluice_status init(const sluice_host* host, const char* path, sluice_error* err) {
  (void)host, (void)path;
  err->code = SLUICE_INTERNAL;
  return err->code;
}

FAULTY_LIBRARY(.init = init)
ENTRY()
