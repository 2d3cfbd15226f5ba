/* sluice/http.h: headers of an HTTP answer in plain C. C++ has sluice/http.hpp. Not part of the
 * ABI. Threads: pure functions.
 *
 *   uint64_t seconds = 0;
 *   sluice_json_whole(sluice_header(headers, n_headers, "retry-after"), &seconds);
 */
#ifndef SLUICE_HTTP_H
#define SLUICE_HTTP_H

#include <sluice/plugin.h>
#include <string.h>

/* Whether two names of headers are the same, ASCII case aside: upstreams write them in any case. */
static inline int sluice_same_name(sluice_str name, const char* wanted) {
  if (name.len != strlen(wanted)) return 0;
  for (size_t i = 0; i < name.len; ++i) {
    const char a = name.ptr[i], b = wanted[i];
    const char left = a >= 'A' && a <= 'Z' ? (char)(a + 32) : a;
    const char right = b >= 'A' && b <= 'Z' ? (char)(b + 32) : b;
    if (left != right) return 0;
  }
  return 1;
}

/* The value of the first header of that name; of length 0 if there is none. */
static inline sluice_str sluice_header(const sluice_kv* headers, size_t n_headers,
                                       const char* name) {
  sluice_str none = {NULL, 0};
  for (size_t i = 0; i < n_headers; ++i)
    if (sluice_same_name(headers[i].key, name)) return headers[i].value;
  return none;
}

#endif
