#include "common.h"

#include <stdio.h>
#include <stdlib.h>
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

sluice_str object_in(sluice_str text) { return sluice_json_is_object(text) ? text : empty; }

void put_content(out_text* out, sluice_str message) {
  const sluice_str content = sluice_json_get(message, "content");
  out_string(out, content);
  if (!sluice_json_is_array(content)) return;
  const char* at = NULL;
  for (sluice_str part; (part = sluice_json_next(content, &at, NULL)).len > 0;) {
    const sluice_str type = sluice_json_get(part, "type");
    if (type.len == 6 && memcmp(type.ptr, "\"text\"", 6) == 0)
      out_string(out, sluice_json_get(part, "text"));
  }
}

void out_raw(out_text* out, sluice_str bytes) {
  if (out->failed || bytes.len == 0) return;
  if (out->room - out->size < bytes.len) {
    const size_t room = (out->size + bytes.len) * 2;
    char* data = realloc(out->data, room);
    out->failed = data == NULL;
    if (out->failed) return;
    out->data = data;
    out->room = room;
  }
  memcpy(out->data + out->size, bytes.ptr, bytes.len);
  out->size += bytes.len;
}

void out_cstr(out_text* out, const char* text) {
  const sluice_str bytes = {text, strlen(text)};
  out_raw(out, bytes);
}

static void put(out_text* out, unsigned byte) {
  const char c = (char)byte;
  const sluice_str bytes = {&c, 1};
  out_raw(out, bytes);
}

void out_number(out_text* out, uint64_t number) {
  char text[24];
  snprintf(text, sizeof text, "%llu", (unsigned long long)number);
  out_cstr(out, text);
}

void out_quote(out_text* out, sluice_str text) {
  put(out, '"');
  for (size_t i = 0; i < text.len; ++i) {
    const unsigned char c = (unsigned char)text.ptr[i];
    char escaped[8];
    if (c == '"' || c == '\\') put(out, '\\');
    if (c >= 0x20) {
      put(out, c);
      continue;
    }
    if (c == '\n') strcpy(escaped, "\\n");
    else if (c == '\r') strcpy(escaped, "\\r");
    else if (c == '\t') strcpy(escaped, "\\t");
    else snprintf(escaped, sizeof escaped, "\\u%04x", c);
    out_cstr(out, escaped);
  }
  put(out, '"');
}

void out_string(out_text* out, sluice_str value) {
  char* text = malloc(value.len + 1);
  out->failed = out->failed || text == NULL;
  if (text == NULL) return;
  const sluice_str bytes = {text, sluice_json_string(value, text)};
  out_raw(out, bytes);
  free(text);
}

sluice_str out_view(const out_text* out) {
  const sluice_str view = {out->data, out->size};
  return view;
}
