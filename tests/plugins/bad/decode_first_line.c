/* Puts lines together well, but reads only the first of those that come in one piece. */
#include "raw.h"

struct joining {
  void* decoder;
  char line[65536];
  size_t length;
};

static sluice_status openJoining(const sluice_instance* self, const sluice_request* req,
                                 uint32_t http_status, const sluice_kv* headers, size_t n,
                                 void** decoder, sluice_error* err) {
  struct joining* const made = calloc(1, sizeof *made);
  *decoder = made;
  return openAnswer(self, req, http_status, headers, n, &made->decoder, err);
}
static sluice_status frameJoining(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                  sluice_error* err) {
  struct joining* const joining = at;
  const bool ended = data.len > 0 && memchr(data.ptr, '\n', data.len) != NULL;
  const sluice_str piece = cutLine(&data);
  if (joining->length + piece.len > sizeof joining->line) return broken(err);
  if (piece.len > 0) memcpy(joining->line + joining->length, piece.ptr, piece.len);
  joining->length += piece.len;
  const sluice_str line = {joining->line, joining->length};
  if (!ended && ((struct decoder*)joining->decoder)->http_status / 100 == 2) return SLUICE_OK;
  joining->length = 0;
  return frame(joining->decoder, event, line, sink, err);
}
static sluice_status endJoining(void* at, sluice_sink* sink, sluice_error* err) {
  return end(((struct joining*)at)->decoder, sink, err);
}
static void closeJoining(void* at) {
  closeAnswer(((struct joining*)at)->decoder);
  free(at);
}

FAULTY_CODEC(.encode = encodeRaw, .open = openJoining, .frame = frameJoining, .end = endJoining,
             .close = closeJoining)
