/* sluice/error.h: fills a sluice_error in plain C. C++ throws sluice::Error. Not part of the ABI.
 * Threads: pure functions.
 *
 *   return sluice_fail(err, SLUICE_UNAVAILABLE, "the upstream's answer broke off");
 */
#ifndef SLUICE_ERROR_H
#define SLUICE_ERROR_H

#include <sluice/plugin.h>
#include <string.h>

/* Private: the size of the UTF-8 sequence at the front of `size` bytes; 0 if there is none. */
static inline size_t sluice_utf8_size(const unsigned char* at, size_t size) {
  static const unsigned char least[] = {0x80, 0xA0, 0x90}, most[] = {0xBF, 0x9F, 0x8F};
  const unsigned lead = at[0];
  const size_t wanted = lead < 0x80                    ? 1
                        : lead >= 0xC2 && lead <= 0xDF ? 2
                        : lead >= 0xE0 && lead <= 0xEF ? 3
                        : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                       : 0;
  if (wanted == 0 || wanted > size) return 0;
  for (size_t i = 1; i < wanted; ++i)
    if ((at[i] & 0xC0u) != 0x80) return 0;
  /* Too long a form, half of a surrogate pair, or beyond U+10FFFF. */
  if (wanted > 2 && (at[1] < least[lead == 0xE0   ? 1
                                   : lead == 0xF0 ? 2
                                                  : 0] ||
                     at[1] > most[lead == 0xED   ? 1
                                  : lead == 0xF4 ? 2
                                                 : 0]))
    return 0;
  return wanted;
}

/* Sets code and message, of which it takes what fits: whole characters, `?` for what is no UTF-8.
 * Returns the code. reason, retryable and the rest stay as they are. */
static inline sluice_status sluice_fail_with(sluice_error* err, sluice_status code,
                                             sluice_str message) {
  size_t n = 0;
  for (size_t i = 0, size; i < message.len; i += size) {
    const unsigned char* at = (const unsigned char*)message.ptr + i;
    const size_t sequence = sluice_utf8_size(at, message.len - i);
    size = sequence ? sequence : 1;
    if (n + size >= sizeof err->message) break;
    if (sequence > 1) memcpy(err->message + n, at, sequence);
    else err->message[n] = sequence == 0 ? '?' : *at ? (char)*at : ' ';
    n += size;
  }
  err->message[n] = 0;
  return err->code = code;
}
static inline sluice_status sluice_fail(sluice_error* err, sluice_status code,
                                        const char* message) {
  sluice_str text;
  text.ptr = message;
  text.len = strlen(message);
  return sluice_fail_with(err, code, text);
}

#endif
