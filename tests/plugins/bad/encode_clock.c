/* Writes the time into its requests. */
#include <time.h>

#include "codec.h"

static sluice_status dating(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  char text[40];
  snprintf(text, sizeof text, "%lld.%09ld", (long long)now.tv_sec, now.tv_nsec);
  if (status == SLUICE_OK) out->header(out, str("X-Sent"), str(text));
  return status;
}

FAULTY_CODEC(.encode = dating)
