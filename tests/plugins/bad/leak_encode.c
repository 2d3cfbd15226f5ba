/* Each request that is encoded leaves 5 KiB behind. */
#include "codec.h"
#include "leak.h"

static sluice_status encodeKeeping(const sluice_instance* self, const sluice_request* req,
                                   sluice_http_out* out, sluice_error* err) {
  leak(5120);
  return encode(self, req, out, err);
}

FAULTY_CODEC(.encode = encodeKeeping)
