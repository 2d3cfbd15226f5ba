/* Lets a C++ exception out of encode() when a request makes no sense. */
#include "codec.h"

void throwIt(const char* message);

static sluice_status throwing(const sluice_instance* self, const sluice_request* req,
                              sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  if (status == SLUICE_INVALID_ARGUMENT) throwIt(err->message);
  return status;
}

FAULTY_CODEC(.encode = throwing)
