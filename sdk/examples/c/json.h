/* json.h: just enough JSON for a plugin in C: values are slices of a text that was checked once.
 * Threads: pure functions; a json_out belongs to one thread at a time. */
#ifndef EXAMPLE_JSON_H
#define EXAMPLE_JSON_H

#include <sluice/plugin.h>
#include <stdbool.h>

/* The text of one value, or nothing (len 0) where there is none. Lent by the text. */
typedef sluice_str json_value;

/* The value in a text that holds one value and white space; nothing if it is not strict JSON. */
json_value json_parse(sluice_str text);
/* The member of that name, the first if there are several; nothing in what is no object. */
json_value json_get(json_value object, const char* name);
/* Walks through an array's elements: begin with nothing, end with nothing. */
json_value json_next(json_value array, json_value last);
bool json_is(json_value value, char first); /* '{', '[', '"', ... */
/* A whole number that fits. False: it is something else. */
bool json_whole(json_value value, uint64_t* number);

/* Bytes that grow. Begin with zeros; free(bytes.data) at the end. */
typedef struct json_out {
  char* data;
  size_t size, room;
  bool failed; /* out of memory; nothing is appended any more */
} json_out;
void json_raw(json_out* out, sluice_str bytes);
void json_text(json_out* out, const char* text);
void json_number(json_out* out, uint64_t number);
void json_quote(json_out* out, sluice_str text);
/* Appends what a string means, without its quotes; nothing of what is no string. */
void json_unquote(json_out* out, json_value string);
sluice_str json_view(const json_out* out);

#endif
