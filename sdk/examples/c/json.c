#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 128 };

static const char* space(const char* at, const char* end) {
  while (at != end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
  return at;
}

static bool digit(const char* at, const char* end) { return at != end && *at >= '0' && *at <= '9'; }

static const char* digits(const char* at, const char* end) {
  while (digit(at, end)) ++at;
  return at;
}

static const char* skip_number(const char* at, const char* end) {
  if (at != end && *at == '-') ++at;
  if (!digit(at, end) || (*at == '0' && digit(at + 1, end))) return NULL;
  at = digits(at, end);
  if (at != end && *at == '.') {
    if (!digit(++at, end)) return NULL;
    at = digits(at, end);
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    if (!digit(at, end)) return NULL;
    at = digits(at, end);
  }
  return at;
}

static int hex4(const char* at, const char* end) {
  int unit = 0;
  if (end - at < 4) return -1;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i], low = (char)(c | 0x20);
    if (c >= '0' && c <= '9') unit = unit * 16 + (c - '0');
    else if (low >= 'a' && low <= 'f') unit = unit * 16 + (low - 'a' + 10);
    else return -1;
  }
  return unit;
}

static const char* skip_string(const char* at, const char* end) {
  for (++at; at != end && *at != '"'; ++at) {
    if ((unsigned char)*at < 0x20) return NULL;
    if (*at != '\\') continue;
    if (++at == end || *at == '\0' || strchr("\"\\/bfnrtu", *at) == NULL) return NULL;
    if (*at == 'u' && hex4(at + 1, end) < 0) return NULL;
  }
  return at == end ? NULL : at + 1;
}

static const char* skip_word(const char* at, const char* end, const char* word) {
  const size_t size = strlen(word);
  return (size_t)(end - at) >= size && memcmp(at, word, size) == 0 ? at + size : NULL;
}

static const char* skip_value(const char* at, const char* end, int depth);

/* An object or array; `close` is its last bracket. */
static const char* skip_list(const char* at, const char* end, char close, int depth) {
  at = space(at + 1, end);
  if (at != end && *at == close) return at + 1;
  for (;;) {
    if (close == '}') {
      if (at == end || *at != '"' || (at = skip_string(at, end)) == NULL) return NULL;
      at = space(at, end);
      if (at == end || *at != ':') return NULL;
      at = space(at + 1, end);
    }
    if ((at = skip_value(at, end, depth)) == NULL) return NULL;
    at = space(at, end);
    if (at == end || (*at != ',' && *at != close)) return NULL;
    if (*at++ == close) return at;
    at = space(at, end);
  }
}

/* Behind the value that begins at `at`; NULL if none does. */
static const char* skip_value(const char* at, const char* end, int depth) {
  if (at == end || depth == MAX_DEPTH) return NULL;
  switch (*at) {
    case '{': return skip_list(at, end, '}', depth + 1);
    case '[': return skip_list(at, end, ']', depth + 1);
    case '"': return skip_string(at, end);
    case 't': return skip_word(at, end, "true");
    case 'f': return skip_word(at, end, "false");
    case 'n': return skip_word(at, end, "null");
    default: return skip_number(at, end);
  }
}

static const json_value nothing = {NULL, 0};

static json_value value_at(const char* at, const char* end) {
  const char* behind = skip_value(at, end, 0);
  if (behind == NULL) return nothing;
  const json_value found = {at, (size_t)(behind - at)};
  return found;
}

json_value json_parse(sluice_str text) {
  if (text.len == 0) return nothing;
  const char* end = text.ptr + text.len;
  const json_value found = value_at(space(text.ptr, end), end);
  return found.len > 0 && space(found.ptr + found.len, end) == end ? found : nothing;
}

bool json_is(json_value value, char first) { return value.len > 0 && *value.ptr == first; }

json_value json_get(json_value object, const char* name) {
  if (!json_is(object, '{')) return nothing;
  const char* end = object.ptr + object.len;
  const char* at = space(object.ptr + 1, end);
  while (*at == '"') {
    const char* key = at + 1;
    at = skip_string(at, end);
    const size_t size = (size_t)(at - key) - 1;
    at = space(space(at, end) + 1, end);
    const json_value member = value_at(at, end);
    if (size == strlen(name) && memcmp(key, name, size) == 0) return member;
    at = space(at + member.len, end);
    if (*at == ',') at = space(at + 1, end);
  }
  return nothing;
}

json_value json_next(json_value array, json_value last) {
  if (!json_is(array, '[')) return nothing;
  const char* end = array.ptr + array.len;
  const char* at = space(last.len > 0 ? last.ptr + last.len : array.ptr + 1, end);
  if (*at == ',') at = space(at + 1, end);
  return *at == ']' ? nothing : value_at(at, end);
}

bool json_whole(json_value value, uint64_t* number) {
  uint64_t sum = 0;
  if (value.len == 0) return false;
  for (size_t i = 0; i < value.len; ++i) {
    const char c = value.ptr[i];
    if (c < '0' || c > '9') return false;
    const uint64_t one = (uint64_t)(c - '0');
    if (sum > (UINT64_MAX - one) / 10) return false;
    sum = sum * 10 + one;
  }
  *number = sum;
  return true;
}

void json_raw(json_out* out, sluice_str bytes) {
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

void json_text(json_out* out, const char* text) {
  const sluice_str bytes = {text, strlen(text)};
  json_raw(out, bytes);
}

static void put(json_out* out, unsigned byte) {
  const char c = (char)byte;
  const sluice_str bytes = {&c, 1};
  json_raw(out, bytes);
}

void json_number(json_out* out, uint64_t number) {
  char text[24];
  snprintf(text, sizeof text, "%llu", (unsigned long long)number);
  json_text(out, text);
}

void json_quote(json_out* out, sluice_str text) {
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
    json_text(out, escaped);
  }
  put(out, '"');
}

static void put_utf8(json_out* out, unsigned code) {
  if (code < 0x80) {
    put(out, code);
    return;
  }
  if (code < 0x800) {
    put(out, 0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(out, 0xE0 | code >> 12);
    } else {
      put(out, 0xF0 | code >> 18);
      put(out, 0x80 | (code >> 12 & 0x3F));
    }
    put(out, 0x80 | (code >> 6 & 0x3F));
  }
  put(out, 0x80 | (code & 0x3F));
}

/* What stands behind a `\u`; half a surrogate pair reads as U+FFFD. Gives what is behind it. */
static const char* put_unit(json_out* out, const char* at, const char* end) {
  unsigned code = (unsigned)hex4(at, end);
  at += 4;
  if (code >= 0xD800 && code < 0xE000) {
    const int low = end - at >= 6 && at[0] == '\\' && at[1] == 'u' ? hex4(at + 2, end) : -1;
    const bool pair = code < 0xDC00 && low >= 0xDC00 && low < 0xE000;
    code = pair ? 0x10000 + ((code - 0xD800) << 10) + ((unsigned)low - 0xDC00) : 0xFFFD;
    if (pair) at += 6;
  }
  put_utf8(out, code);
  return at;
}

void json_unquote(json_out* out, json_value string) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  if (!json_is(string, '"')) return;
  const char *at = string.ptr + 1, *end = string.ptr + string.len - 1;
  while (at != end) {
    const char* escape = memchr(at, '\\', (size_t)(end - at));
    const sluice_str plain = {at, (size_t)((escape == NULL ? end : escape) - at)};
    json_raw(out, plain);
    if (escape == NULL) return;
    at = escape + 2;
    if (escape[1] == 'u') at = put_unit(out, at, end);
    else put(out, (unsigned char)to[strchr(from, escape[1]) - from]);
  }
}

sluice_str json_view(const json_out* out) {
  const sluice_str view = {out->data, out->size};
  return view;
}
