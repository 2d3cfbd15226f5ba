/* Sleeps while it encodes. */
#include <time.h>

#include "codec.h"

static sluice_status encodeWaiting(const sluice_instance* self, const sluice_request* req,
                                   sluice_http_out* out, sluice_error* err) {
  nanosleep(&(struct timespec){.tv_nsec = 80 * 1000 * 1000}, NULL);
  return encode(self, req, out, err);
}

FAULTY_CODEC(.encode = encodeWaiting)
