/* sluice/json.h: reads JSON in plain C, without memory of its own: a value is the piece of text
 * that it is written as. C++ has sluice/json.hpp. Not part of the ABI. Threads: pure functions.
 *
 *   sluice_str limit = sluice_json_get(config, "limit");
 *   uint64_t tokens = 1024;
 *   if (limit.len && !sluice_json_whole(limit, &tokens)) ... it is no whole number
 */
#ifndef SLUICE_JSON_H
#define SLUICE_JSON_H

#include <sluice/plugin.h>
#include <string.h>

/* Private: each takes the place where something may begin, and gives the place behind it, or NULL
 * if it is not there. */
static inline const char* sluice_json_space(const char* at, const char* end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) ++at;
  return at;
}
static inline const char* sluice_json_text(const char* at, const char* end) {
  if (at >= end || *at++ != '"') return NULL;
  for (; at < end && *at != '"'; ++at) {
    if ((unsigned char)*at < 0x20) return NULL;
    if (*at != '\\') continue;
    if (++at >= end || !*at || !strchr("\"\\/bfnrtu", *at)) return NULL;
    if (*at != 'u') continue;
    for (int digit = 0; digit < 4; ++digit)
      if (++at >= end || !*at || !strchr("0123456789abcdefABCDEF", *at)) return NULL;
  }
  return at < end ? at + 1 : NULL;
}
static inline const char* sluice_json_digits(const char* at, const char* end) {
  const char* from = at;
  while (at && at < end && *at >= '0' && *at <= '9') ++at;
  return at == from ? NULL : at;
}
static inline const char* sluice_json_number(const char* at, const char* end) {
  if (at < end && *at == '-') ++at;
  at = at < end && *at == '0' ? at + 1 : sluice_json_digits(at, end);
  if (at && at < end && *at == '.') at = sluice_json_digits(at + 1, end);
  if (!at || at >= end || (*at != 'e' && *at != 'E')) return at;
  ++at;
  if (at < end && (*at == '+' || *at == '-')) ++at;
  return sluice_json_digits(at, end);
}
static inline const char* sluice_json_word(const char* at, const char* end) {
  static const char* const words[] = {"true", "false", "null"};
  for (int i = 0; i < 3; ++i) {
    const size_t size = strlen(words[i]);
    if ((size_t)(end - at) >= size && memcmp(at, words[i], size) == 0) return at + size;
  }
  return NULL;
}
static inline const char* sluice_json_value(const char* at, const char* end, int depth) {
  if (at >= end || depth > 128) return NULL;
  if (*at == '"') return sluice_json_text(at, end);
  if (*at == '-' || (*at >= '0' && *at <= '9')) return sluice_json_number(at, end);
  if (*at != '{' && *at != '[') return sluice_json_word(at, end);
  const int keyed = *at == '{';
  const char close = keyed ? '}' : ']';
  at = sluice_json_space(at + 1, end);
  if (at < end && *at == close) return at + 1;
  for (;;) {
    if (keyed) {
      at = sluice_json_text(at, end);
      at = at ? sluice_json_space(at, end) : NULL;
      if (!at || at >= end || *at != ':') return NULL;
      at = sluice_json_space(at + 1, end);
    }
    at = sluice_json_value(at, end, depth + 1);
    at = at ? sluice_json_space(at, end) : NULL;
    if (!at || at >= end || (*at != ',' && *at != close)) return NULL;
    if (*at++ == close) return at;
    at = sluice_json_space(at, end);
  }
}

/* 1: the text is one JSON object (or array), with white space around it. The functions below need a
 * text of which this holds, or a value that they gave. */
static inline int sluice_json_is(sluice_str text, char bracket) {
  const char *at = text.ptr, *end = at ? at + text.len : at;
  at = at ? sluice_json_space(at, end) : at;
  if (!at || at >= end || *at != bracket) return 0;
  at = sluice_json_value(at, end, 0);
  return at && sluice_json_space(at, end) == end;
}
static inline int sluice_json_is_object(sluice_str text) { return sluice_json_is(text, '{'); }
static inline int sluice_json_is_array(sluice_str text) { return sluice_json_is(text, '['); }

/* Steps through an array or object: *at is NULL before the first; name, if not NULL, gets a
 * member's name, quotes and all. A value of length 0: that was the last one. */
static inline sluice_str sluice_json_next(sluice_str in, const char** at, sluice_str* name) {
  sluice_str found = {NULL, 0};
  const char *end = in.ptr ? in.ptr + in.len : NULL, *from = *at;
  if (!from) {
    from = in.ptr ? sluice_json_space(in.ptr, end) : NULL;
    if (!from || from >= end || (*from != '{' && *from != '[')) return found;
  } else {
    from = sluice_json_space(from, end);
  }
  if (from >= end || *from == '}' || *from == ']') return found;
  from = sluice_json_space(from + 1, end); /* behind the bracket or the comma */
  const char* behind = sluice_json_text(from, end);
  const char* colon = behind ? sluice_json_space(behind, end) : NULL;
  if (colon && colon < end && *colon == ':') {
    if (name) {
      name->ptr = from;
      name->len = (size_t)(behind - from);
    }
    from = sluice_json_space(colon + 1, end);
  }
  const char* last = sluice_json_value(from, end, 0);
  if (!last) return found; /* an empty array or object */
  *at = last;
  found.ptr = from;
  found.len = (size_t)(last - from);
  return found;
}

/* The member of that name, which must need no escapes; of length 0 if there is none. */
static inline sluice_str sluice_json_get(sluice_str object, const char* name) {
  const char* at = NULL;
  const size_t size = strlen(name);
  sluice_str key = {NULL, 0}, value;
  while ((value = sluice_json_next(object, &at, &key)).len)
    if (key.len == size + 2 && memcmp(key.ptr + 1, name, size) == 0) return value;
  return value;
}

/* Private. */
static inline unsigned sluice_json_hex4(const char* at) {
  unsigned code = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    code = code * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return code;
}
static inline size_t sluice_json_utf8(unsigned long code, char* out) {
  if (code < 0x80) return out[0] = (char)code, 1;
  if (code < 0x800)
    return out[0] = (char)(0xC0 | code >> 6), out[1] = (char)(0x80 | (code & 63)), 2;
  size_t n = 0;
  if (code >= 0x10000) {
    out[n++] = (char)(0xF0 | code >> 18);
    out[n++] = (char)(0x80 | (code >> 12 & 63));
  } else {
    out[n++] = (char)(0xE0 | code >> 12);
  }
  out[n++] = (char)(0x80 | (code >> 6 & 63));
  out[n++] = (char)(0x80 | (code & 63));
  return n;
}

/* The text of a string value, without quotes and escapes, into `out`, which has room for value.len
 * bytes; returns its length. A value that is no string has none. */
static inline size_t sluice_json_string(sluice_str value, char* out) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  size_t n = 0;
  if (value.len < 2 || value.ptr[0] != '"') return 0;
  for (const char *at = value.ptr + 1, *end = value.ptr + value.len - 1; at < end; ++at) {
    if (*at != '\\') {
      out[n++] = *at;
    } else if (*++at != 'u') {
      out[n++] = to[strchr(from, *at) - from];
    } else {
      unsigned long code = sluice_json_hex4(at + 1);
      at += 4;
      const int high = code >= 0xD800 && code < 0xDC00;
      if (high && end - at > 6 && at[1] == '\\' && at[2] == 'u') {
        const unsigned low = sluice_json_hex4(at + 3);
        if (low >= 0xDC00 && low < 0xE000) {
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          at += 6;
        }
      }
      if (code >= 0xD800 && code < 0xE000) code = 0xFFFD; /* half a pair */
      n += sluice_json_utf8(code, out + n);
    }
  }
  return n;
}

/* 1 and *out, if the value is a whole number that fits. */
static inline int sluice_json_whole(sluice_str value, uint64_t* out) {
  uint64_t number = 0;
  for (size_t i = 0; i < value.len; ++i) {
    const unsigned digit = (unsigned)(value.ptr[i] - '0');
    if (digit > 9 || number > (UINT64_MAX - digit) / 10) return 0;
    number = number * 10 + digit;
  }
  if (value.len) *out = number;
  return value.len != 0;
}

#endif
