/* Takes it for granted that a body has messages whose content is text. */
#include "codec.h"

static sluice_status trusting(const sluice_instance* self, const sluice_request* req,
                              sluice_http_out* out, sluice_error* err) {
  if (req->op == SLUICE_OP_CHAT) {
    const char* at =
        req->body.len == 0 ? NULL : memmem(req->body.ptr, req->body.len, "\"content\"", 9);
    at = at == NULL ? NULL : afterSpace(at + 9, req->body.ptr + req->body.len);
    at = at == NULL ? NULL : afterSpace(at + 1, req->body.ptr + req->body.len);
    const volatile char* const text = at != NULL && *at == '"' ? at + 1 : NULL;
    if (*text == '\0') return fail(err, SLUICE_INVALID_ARGUMENT, "there is a NUL in the body");
  }
  return encode(self, req, out, err);
}

FAULTY_CODEC(.encode = trusting)
