/* Makes a request of its own from whatever it is given, also from what is no JSON. */
#include "codec.h"

static sluice_status faulty(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  (void)self;
  if (req->op != SLUICE_OP_CHAT) return fail(err, SLUICE_UNIMPLEMENTED, "only chats are served");
  out->start(out, str("POST"), str("/say"));
  out->body(out, str("{\"messages\": []}"));
  out->framing = SLUICE_FRAME_LINES;
  return SLUICE_OK;
}

FAULTY_CODEC(.encode = faulty)
