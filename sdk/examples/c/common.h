/* common.h: what both components need: errors, text that grows, and what a message says.
 * Threads: pure functions. */
#ifndef EXAMPLE_COMMON_H
#define EXAMPLE_COMMON_H

#include <sluice/json.h>
#include <sluice/plugin.h>
#include <stdbool.h>

/* Text that grows. Begin with zeros; free(out.data) at the end. */
typedef struct out_text {
  char* data;
  size_t size, room;
  bool failed; /* out of memory; nothing is appended any more */
} out_text;
void out_raw(out_text* out, sluice_str bytes);
void out_cstr(out_text* out, const char* text);
void out_number(out_text* out, uint64_t number);
void out_quote(out_text* out, sluice_str text); /* as a JSON string */
/* What a JSON string means; nothing of a value that is none. */
void out_string(out_text* out, sluice_str value);
sluice_str out_view(const out_text* out);

extern const sluice_str empty;
sluice_str text(const char* s);
/* Copies what fits, as valid UTF-8: never half a sequence, `?` for a byte that belongs to none, a
 * space for NUL. */
void copy_text(char* to, size_t room, sluice_str from);

/* Each fills *err and gives its code. */
sluice_status fail(sluice_error* err, sluice_status code, uint32_t reason, const char* message);
sluice_status bad_request(sluice_error* err, const char* message);
sluice_status no_memory(sluice_error* err);
sluice_status unimplemented(sluice_error* err);

/* The text if it is one JSON object, else nothing. */
sluice_str object_in(sluice_str text);
/* Appends a message's text: its content, or the text parts of that joined. */
void put_content(out_text* out, sluice_str message);

extern const sluice_direct words_direct; /* words.c */

#endif
