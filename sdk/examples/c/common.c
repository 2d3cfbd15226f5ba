#include "common.h"

#include <string.h>

const sluice_str empty = {NULL, 0};

sluice_str text(const char* s) {
  const sluice_str made = {s, strlen(s)};
  return made;
}

void copy_text(char* to, size_t room, sluice_str from) {
  size_t size = from.len < room ? from.len : room - 1;
  while (size > 0 && size < from.len && ((unsigned char)from.ptr[size] & 0xC0) == 0x80) --size;
  for (size_t i = 0; i < size; ++i) to[i] = from.ptr[i] == '\0' ? ' ' : from.ptr[i];
  to[size] = '\0';
}

sluice_status fail(sluice_error* err, sluice_status code, uint32_t reason, const char* message) {
  err->code = code;
  err->reason = reason;
  copy_text(err->message, sizeof err->message, text(message));
  return code;
}

sluice_status bad_request(sluice_error* err, const char* message) {
  return fail(err, SLUICE_INVALID_ARGUMENT, SLUICE_REASON_BAD_REQUEST, message);
}

sluice_status no_memory(sluice_error* err) {
  return fail(err, SLUICE_RESOURCE_EXHAUSTED, SLUICE_REASON_NONE, "the plugin is out of memory");
}

sluice_status unimplemented(sluice_error* err) {
  return fail(err, SLUICE_UNIMPLEMENTED, SLUICE_REASON_NONE,
              "this component does not serve this operation");
}

void put_content(json_out* out, json_value message) {
  const json_value content = json_get(message, "content");
  json_unquote(out, content);
  for (json_value part = json_next(content, empty); part.len > 0; part = json_next(content, part)) {
    const json_value type = json_get(part, "type");
    if (type.len == 6 && memcmp(type.ptr, "\"text\"", 6) == 0)
      json_unquote(out, json_get(part, "text"));
  }
}
