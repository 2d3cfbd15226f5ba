/* Takes every operation for a chat, also one that it does not know. */
#include "codec.h"

static sluice_status always(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  sluice_request chat = *req;
  chat.op = SLUICE_OP_CHAT;
  return encode(self, &chat, out, err);
}

FAULTY_CODEC(.encode = always)
