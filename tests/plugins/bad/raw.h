/* raw.h: the dialect of codec.h for those who cut its lines themselves. */
#pragma once

#include "codec.h"

UNUSED static sluice_status encodeRaw(const sluice_instance* self, const sluice_request* req,
                                      sluice_http_out* out, sluice_error* err) {
  const sluice_status status = encode(self, req, out, err);
  out->framing = SLUICE_FRAME_RAW;
  return status;
}

/* Takes a line off the front of *data, without its end. */
UNUSED static sluice_str cutLine(sluice_str* data) {
  const char* const newline = data->len == 0 ? NULL : memchr(data->ptr, '\n', data->len);
  const sluice_str line = {data->ptr, newline == NULL ? data->len : (size_t)(newline - data->ptr)};
  const size_t used = line.len + (newline == NULL ? 0 : 1);
  data->ptr += used;
  data->len -= used;
  return line;
}
