/* Lets a C++ exception out of encode() when it does not like a request. */
#include "codec.h"

void throwIt(const char* message);

static sluice_status throwing(const sluice_instance* self, const sluice_request* req,
                              sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  if (status != SLUICE_OK) throwIt(err->message);
  return status;
}

FAULTY_CODEC(.encode = throwing)
