/* json.h: enough of JSON to tell what is an object and find a member of it. */
#pragma once

#include <sluice/plugin.h>
#include <stdbool.h>
#include <string.h>

static const char* afterSpace(const char* at, const char* end) {
  while (at < end && strchr(" \t\r\n", *at) != NULL && *at != '\0') ++at;
  return at;
}

static const char* afterString(const char* at, const char* end) {
  for (++at; at < end && *at != '"'; ++at) {
    if ((unsigned char)*at < 0x20) return NULL;
    if (*at == '\\') ++at;
  }
  return at < end ? at + 1 : NULL;
}

static const char* afterScalar(const char* at, const char* end) {
  const char* const first = at;
  while (at < end && ((*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') || *at == '-' ||
                      *at == '+' || *at == '.' || *at == 'E'))
    ++at;
  return at > first ? at : NULL;
}

/* Where the value at `at` ends; NULL if none is there. */
static const char* afterValue(const char* at, const char* end, int depth) {
  at = afterSpace(at, end);
  if (at >= end || depth > 100) return NULL;
  if (*at == '"') return afterString(at, end);
  if (*at != '{' && *at != '[') return afterScalar(at, end);
  const bool object = *at == '{';
  const char closing = object ? '}' : ']';
  at = afterSpace(at + 1, end);
  if (at < end && *at == closing) return at + 1;
  for (;;) {
    if (object) {
      at = afterSpace(at, end);
      at = at < end && *at == '"' ? afterString(at, end) : NULL;
      at = at == NULL ? NULL : afterSpace(at, end);
      if (at == NULL || at >= end || *at++ != ':') return NULL;
    }
    at = afterValue(at, end, depth + 1);
    at = at == NULL ? NULL : afterSpace(at, end);
    if (at == NULL || at >= end || (*at != ',' && *at != closing)) return NULL;
    if (*at++ == closing) return at;
  }
}

/* The value of a member of `text`, if that is a JSON object; else one whose ptr is NULL. */
__attribute__((unused)) static sluice_str member(sluice_str text, const char* name) {
  const sluice_str none = {NULL, 0};
  const char* const end = text.ptr + text.len;
  if (text.len == 0) return none;
  const char* at = afterSpace(text.ptr, end);
  const char* const after = afterValue(at, end, 0);
  if (after == NULL || *at != '{' || afterSpace(after, end) != end) return none;
  at = afterSpace(at + 1, end);
  while (at < end && *at == '"') {
    const char* const key = at + 1;
    at = afterString(at, end);
    const bool found =
        (size_t)(at - 1 - key) == strlen(name) && memcmp(key, name, strlen(name)) == 0;
    const char* const value = afterSpace(afterSpace(at, end) + 1, end);
    at = afterValue(value, end, 0);
    if (found) return (sluice_str){value, (size_t)(at - value)};
    at = afterSpace(at, end);
    if (*at != ',') break;
    at = afterSpace(at + 1, end);
  }
  return none;
}

__attribute__((unused)) static bool hasMember(sluice_str text, const char* name) {
  return member(text, name).ptr != NULL;
}

/* A string member as it stands between its quotes, cut to fit. */
__attribute__((unused)) static void copyMember(sluice_str text, const char* name, char* into,
                                               size_t size) {
  const sluice_str value = member(text, name);
  into[0] = '\0';
  if (value.len < 2 || value.ptr[0] != '"') return;
  const size_t length = value.len - 2 < size ? value.len - 2 : size - 1;
  memcpy(into, value.ptr + 1, length);
  into[length] = '\0';
}
