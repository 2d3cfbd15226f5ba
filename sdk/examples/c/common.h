/* common.h: what both components need: errors, and what a message says.
 * Threads: pure functions. */
#ifndef EXAMPLE_COMMON_H
#define EXAMPLE_COMMON_H

#include "json.h"

extern const sluice_str empty;
sluice_str text(const char* s);
/* Copies what fits, never half a UTF-8 sequence; NUL inside becomes a space. */
void copy_text(char* to, size_t room, sluice_str from);

/* Each fills *err and gives its code. */
sluice_status fail(sluice_error* err, sluice_status code, uint32_t reason, const char* message);
sluice_status bad_request(sluice_error* err, const char* message);
sluice_status no_memory(sluice_error* err);
sluice_status unimplemented(sluice_error* err);

/* Appends a message's text: its content, or the text parts of that joined. */
void put_content(json_out* out, json_value message);

extern const sluice_direct words_direct; /* words.c */

#endif
