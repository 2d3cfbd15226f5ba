/* codec.h: a sound codec. Its upstream takes a chat as it is and answers line by line:
 *   id REF MODEL | say TEXT | call INDEX REF NAME ARGUMENTS | tokens IN OUT | stop REASON
 * Nothing comes before `id` or after `stop`; without `stop` the answer is not whole. */
#pragma once

#include "faulty.h"

struct decoder {
  uint32_t http_status;
  bool started, stopped;
};

UNUSED static sluice_status encode(const sluice_instance* self, const sluice_request* req,
                                   sluice_http_out* out, sluice_error* err) {
  (void)self;
  const sluice_status status = check(req, err);
  if (status != SLUICE_OK) return status;
  out->start(out, str("POST"), str("/say"));
  out->header(out, str("Content-Type"), str("application/json"));
  out->secret_header(out, str("Authorization"), str("Bearer "), str("key"));
  out->body(out, req->body);
  out->framing = SLUICE_FRAME_LINES;
  return SLUICE_OK;
}

UNUSED static sluice_status openAnswer(const sluice_instance* self, const sluice_request* req,
                                       uint32_t http_status, const sluice_kv* headers, size_t n,
                                       void** decoder, sluice_error* err) {
  (void)self, (void)req, (void)headers, (void)n;
  struct decoder* made = calloc(1, sizeof *made);
  if (made == NULL) return fail(err, SLUICE_RESOURCE_EXHAUSTED, "there is no memory to decode in");
  made->http_status = http_status;
  *decoder = made;
  return SLUICE_OK;
}

UNUSED static sluice_status refused(const struct decoder* decoder, sluice_error* err) {
  err->http_status = decoder->http_status;
  err->retryable = decoder->http_status == 429;
  err->reason = err->retryable ? SLUICE_REASON_RATE_LIMIT : SLUICE_REASON_NONE;
  return fail(err, err->retryable ? SLUICE_RESOURCE_EXHAUSTED : SLUICE_UNAVAILABLE,
              "the upstream refused");
}

UNUSED static sluice_status broken(sluice_error* err) {
  err->retryable = 1;
  return fail(err, SLUICE_UNAVAILABLE, "the upstream's answer makes no sense");
}

UNUSED static sluice_status unfinished(sluice_error* err) {
  err->retryable = 1;
  return fail(err, SLUICE_UNAVAILABLE, "the upstream's answer ended before it was finished");
}

/* What is left of a line after its first word, which goes to *word. */
UNUSED static sluice_str cutWord(sluice_str line, sluice_str* word) {
  const char* const space = line.len == 0 ? NULL : memchr(line.ptr, ' ', line.len);
  *word = (sluice_str){line.ptr, space == NULL ? line.len : (size_t)(space - line.ptr)};
  if (space == NULL) return (sluice_str){NULL, 0};
  return (sluice_str){space + 1, line.len - word->len - 1};
}

UNUSED static bool is(sluice_str text, const char* word) {
  return text.len == strlen(word) && memcmp(text.ptr, word, text.len) == 0;
}

UNUSED static bool number(sluice_str text, uint64_t* value) {
  *value = 0;
  if (text.len == 0 || text.len > 9) return false;
  for (size_t i = 0; i < text.len; ++i) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
    *value = *value * 10 + (uint64_t)(text.ptr[i] - '0');
  }
  return true;
}

UNUSED static sluice_status pushed(sluice_status answer, sluice_error* err) {
  return answer == SLUICE_CANCELLED ? fail(err, answer, "nobody reads the answer") : SLUICE_OK;
}

UNUSED static bool isReason(sluice_str text) {
  return is(text, "stop") || is(text, "length") || is(text, "tool_calls") ||
         is(text, "content_filter");
}

/* The chunk that a line means; false: none. */
UNUSED static bool readLine(sluice_str line, sluice_chunk* chunk, sluice_usage* usage) {
  sluice_str kind, word;
  uint64_t index = 0;
  line = cutWord(line, &kind);
  *chunk = (sluice_chunk){.struct_size = sizeof *chunk};
  if (is(kind, "id")) {
    chunk->type = SLUICE_CHUNK_START;
    chunk->name = cutWord(line, &chunk->ref);
    return chunk->ref.len > 0 && chunk->name.len > 0;
  }
  if (is(kind, "say")) {
    chunk->type = SLUICE_CHUNK_TEXT;
    chunk->text = line;
    return true;
  }
  if (is(kind, "call")) {
    chunk->type = SLUICE_CHUNK_TOOL_CALL;
    line = cutWord(cutWord(line, &word), &chunk->ref);
    if (!number(word, &index)) return false;
    chunk->index = (uint32_t)index;
    chunk->text = cutWord(line, &chunk->name);
    return chunk->ref.len > 0 && chunk->name.len > 0;
  }
  if (is(kind, "tokens")) {
    chunk->type = SLUICE_CHUNK_USAGE;
    *usage = (sluice_usage){.struct_size = sizeof *usage};
    chunk->usage = usage;
    line = cutWord(line, &word);
    return number(word, &usage->input) && number(line, &usage->output);
  }
  chunk->type = SLUICE_CHUNK_FINISH;
  chunk->name = line;
  return is(kind, "stop") && isReason(line);
}

UNUSED static sluice_status frame(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                  sluice_error* err) {
  (void)event;
  struct decoder* const decoder = at;
  if (decoder->http_status / 100 != 2) return refused(decoder, err);
  if (data.len == 0) return SLUICE_OK;
  sluice_chunk chunk;
  sluice_usage usage;
  if (!readLine(data, &chunk, &usage)) return broken(err);
  const bool start = chunk.type == SLUICE_CHUNK_START;
  if (start == decoder->started || decoder->stopped) return broken(err);
  decoder->started = true;
  decoder->stopped = chunk.type == SLUICE_CHUNK_FINISH;
  return pushed(sink->push(sink, &chunk), err);
}

UNUSED static sluice_status end(void* at, sluice_sink* sink, sluice_error* err) {
  (void)sink;
  const struct decoder* const decoder = at;
  if (decoder->http_status / 100 != 2) return refused(decoder, err);
  return decoder->stopped ? SLUICE_OK : unfinished(err);
}

UNUSED static void closeAnswer(void* at) { free(at); }

#define CODEC(...)                                                                           \
  FACE(sluice_codec, SLUICE_EXT_CODEC, .encode = encode, .open = openAnswer, .frame = frame, \
       .end = end, .close = closeAnswer, __VA_ARGS__)
#define FAULTY_CODEC(...)                     \
  CODEC(__VA_ARGS__)                          \
  INSTANCE()                                  \
  COMPONENT(SLUICE_KIND_PROVIDER, WITH_TOKEN) \
  LIBRARY()                                   \
  ENTRY()
