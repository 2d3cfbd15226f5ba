#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const sluice_str empty = {NULL, 0};

sluice_str text(const char* s) {
  const sluice_str made = {s, strlen(s)};
  return made;
}

/* How long the UTF-8 sequence is that begins there; 0: none does. */
static size_t utf8_size(const char* at, size_t left) {
  const unsigned char* byte = (const unsigned char*)at;
  const size_t size = byte[0] < 0x80                      ? 1
                      : byte[0] >= 0xC2 && byte[0] < 0xE0 ? 2
                      : byte[0] >= 0xE0 && byte[0] < 0xF0 ? 3
                      : byte[0] >= 0xF0 && byte[0] < 0xF5 ? 4
                                                          : 0;
  if (size > left) return 0;
  for (size_t i = 1; i < size; ++i)
    if ((byte[i] & 0xC0) != 0x80) return 0;
  /* Longer than needed, half of a surrogate pair, beyond the last character. */
  if ((byte[0] == 0xE0 && byte[1] < 0xA0) || (byte[0] == 0xED && byte[1] > 0x9F)) return 0;
  if ((byte[0] == 0xF0 && byte[1] < 0x90) || (byte[0] == 0xF4 && byte[1] > 0x8F)) return 0;
  return size;
}

void copy_text(char* to, size_t room, sluice_str from) {
  size_t written = 0;
  for (size_t at = 0; at < from.len;) {
    const size_t size = utf8_size(from.ptr + at, from.len - at);
    if (written + (size == 0 ? 1 : size) >= room) break;
    if (size < 2) to[written] = size == 0 ? '?' : from.ptr[at] == '\0' ? ' ' : from.ptr[at];
    else memcpy(to + written, from.ptr + at, size);
    written += size == 0 ? 1 : size;
    at += size == 0 ? 1 : size;
  }
  to[written] = '\0';
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
