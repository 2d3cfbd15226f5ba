/* Reads a field that a later version may have behind the request, without asking SLUICE_HAS(). */
#include "codec.h"

UNSEEN static sluice_status readingOn(const sluice_instance* self, const sluice_request* req,
                                      sluice_http_out* out, sluice_error* err) {
  const volatile uint64_t* const priority = (const volatile uint64_t*)(const void*)(req + 1);
  const uint64_t told = *priority;
  (void)told;
  return encode(self, req, out, err);
}

FAULTY_CODEC(.encode = readingOn)
