/* Wants two signatures at once. */
#include "codec.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  (void)self;
  const sluice_status status = check(req, err);
  if (status != SLUICE_OK) return status;
  out->start(out, str("POST"), str("/say"));
  out->sign(out, str("aws.sigv4"), str("{\"service\": \"one\", \"region\": \"r\"}"));
  out->sign(out, str("aws.sigv4"), str("{\"service\": \"two\", \"region\": \"r\"}"));
  out->framing = SLUICE_FRAME_LINES;
  out->body(out, req->body);
  return SLUICE_OK;
}

FAULTY_CODEC(.encode = faulty)
