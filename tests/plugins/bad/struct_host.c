/* Refuses a host whose table has grown at its end, as a later minor version's will. */
#include "strategy.h"

static sluice_status init(const sluice_host* host, const char* path, sluice_error* err) {
  (void)path;
  if (host->struct_size == sizeof *host) return SLUICE_OK;
  return fail(err, SLUICE_INTERNAL, "the host has not the size that it had");
}

FAULTY_LIBRARY(.init = init)
ENTRY()
