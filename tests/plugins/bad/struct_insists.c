/* Refuses a request that has grown at its end, as a later minor version's will. */
#include "codec.h"

static sluice_status insisting(const sluice_instance* self, const sluice_request* req,
                               sluice_http_out* out, sluice_error* err) {
  if (req->struct_size != sizeof *req)
    return fail(err, SLUICE_INTERNAL, "the request has not the size that it had");
  return encode(self, req, out, err);
}

FAULTY_CODEC(.encode = insisting)
