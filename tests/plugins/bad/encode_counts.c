/* Numbers its requests, so that no two are alike. */
#include "codec.h"

static sluice_status counting(const sluice_instance* self, const sluice_request* req,
                              sluice_http_out* out, sluice_error* err) {
  static unsigned count;
  const sluice_status status = encode(self, req, out, err);
  char text[20];
  snprintf(text, sizeof text, "%u", __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED));
  if (status == SLUICE_OK) out->header(out, str("X-Count"), str(text));
  return status;
}

FAULTY_CODEC(.encode = counting)
