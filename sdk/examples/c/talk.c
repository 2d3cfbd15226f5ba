/* talk: two providers in plain C11. `talk-c`, here, translates for an upstream with a wire format
 * of its own, which ../README.md describes; `words-c`, in words.c, needs no upstream. */
#include <sluice/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

static sluice_status broken(sluice_error* err, const char* message) {
  err->retryable = 1; /* another try may do better */
  return fail(err, SLUICE_UNAVAILABLE, SLUICE_REASON_NONE, message);
}

static void copy_json(char* to, size_t room, sluice_str string) {
  out_text out = {0};
  out_string(&out, string);
  copy_text(to, room, out_view(&out));
  free(out.data);
}

/* What a refusal means: {"error", "type"}. status: 0 within an answer that began with 200. */
static sluice_status refusal(sluice_error* err, uint32_t status, uint32_t retry_after_ms,
                             sluice_str body) {
  const sluice_str message = sluice_json_get(body, "error");
  sluice_status code = SLUICE_INVALID_ARGUMENT;
  uint32_t reason = SLUICE_REASON_BAD_REQUEST;
  if (status == 401) code = SLUICE_UNAUTHENTICATED, reason = SLUICE_REASON_KEY;
  else if (status == 403) code = SLUICE_PERMISSION_DENIED, reason = SLUICE_REASON_KEY;
  else if (status == 404) code = SLUICE_NOT_FOUND, reason = SLUICE_REASON_NONE;
  else if (status == 429) code = SLUICE_RESOURCE_EXHAUSTED, reason = SLUICE_REASON_RATE_LIMIT;
  else if (status == 0) code = SLUICE_UNAVAILABLE, reason = SLUICE_REASON_NONE;
  else if (status >= 500) code = SLUICE_UNAVAILABLE, reason = SLUICE_REASON_OVERLOADED;
  else if (status < 400) code = SLUICE_FAILED_PRECONDITION, reason = SLUICE_REASON_NONE;
  err->code = code;
  err->reason = reason;
  err->retryable = code != SLUICE_INVALID_ARGUMENT && code != SLUICE_NOT_FOUND &&
                   code != SLUICE_FAILED_PRECONDITION;
  err->retry_after_ms = retry_after_ms;
  err->http_status = status;
  copy_json(err->message, sizeof err->message, message);
  copy_json(err->type, sizeof err->type, sluice_json_get(body, "type"));
  if (err->message[0] == '\0')
    snprintf(err->message, sizeof err->message, "HTTP %u without a word of why", status);
  return code;
}

/* ---- requests -------------------------------------------------------------------------------- */

typedef struct settings {
  uint64_t limit;
} settings;

static uint64_t limit_of(sluice_str asked, uint64_t otherwise) {
  uint64_t limit = otherwise;
  if (!sluice_json_whole(sluice_json_get(asked, "max_completion_tokens"), &limit))
    sluice_json_whole(sluice_json_get(asked, "max_tokens"), &limit);
  return limit;
}

static void put_turns(out_text* out, sluice_str messages) {
  out_text word = {0};
  const char* place = NULL;
  for (sluice_str at; (at = sluice_json_next(messages, &place, NULL)).len > 0;) {
    out_cstr(out, out->data[out->size - 1] == '[' ? "{\"who\":" : ",{\"who\":");
    word.size = 0;
    out_string(&word, sluice_json_get(at, "role"));
    out_quote(out, out_view(&word));
    out_cstr(out, ",\"says\":");
    word.size = 0;
    put_content(&word, at);
    out_quote(out, out_view(&word));
    out_cstr(out, "}");
  }
  out->failed = out->failed || word.failed;
  free(word.data);
}

static int is_given(sluice_str asked, const char* name) {
  const sluice_str value = sluice_json_get(asked, name);
  return value.len > 0 && value.ptr[0] != 'n'; /* null */
}

/* What the upstream has no word for; the host decides what becomes of it. */
static void tell_dropped(sluice_http_out* out, sluice_str asked) {
  if (is_given(asked, "seed")) out->dropped(out, SLUICE_DROPPED_HINT, text("seed"));
  if (is_given(asked, "tools")) out->dropped(out, SLUICE_DROPPED_MEANING, text("tools"));
}

static sluice_status encode_chat(const settings* set, const sluice_request* req,
                                 sluice_http_out* out, sluice_error* err) {
  const sluice_str asked = object_in(req->body);
  if (asked.len == 0) return bad_request(err, "the request is not a JSON object");
  const sluice_str messages = sluice_json_get(asked, "messages");
  if (!sluice_json_is_array(messages)) return bad_request(err, "messages must be an array");
  const int stream = (req->flags & SLUICE_REQ_STREAM) != 0;

  out_text body = {0};
  out_cstr(&body, "{\"model\":");
  out_quote(&body, req->model);
  out_cstr(&body, stream ? ",\"stream\":true,\"limit\":" : ",\"stream\":false,\"limit\":");
  out_number(&body, limit_of(asked, set->limit));
  out_cstr(&body, ",\"turns\":[");
  if (!body.failed) put_turns(&body, messages);
  out_cstr(&body, "]}");
  if (!body.failed) {
    out->framing = stream ? SLUICE_FRAME_LINES : SLUICE_FRAME_WHOLE;
    out->start(out, text("POST"), text("/v1/talk"));
    out->secret_header(out, text("X-Key"), empty, text("key"));
    out->header(out, text("Content-Type"), text("application/json"));
    out->body(out, out_view(&body));
    tell_dropped(out, asked);
  }
  free(body.data);
  return body.failed ? no_memory(err) : SLUICE_OK;
}

static sluice_status encode(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  if (req->op == SLUICE_OP_CHAT) return encode_chat(self->plugin_data, req, out, err);
  if (req->op != SLUICE_OP_MODELS) return unimplemented(err);
  out->start(out, text("GET"), text("/v1/models"));
  out->secret_header(out, text("X-Key"), empty, text("key"));
  return SLUICE_OK;
}

/* ---- answers --------------------------------------------------------------------------------- */

typedef struct decoder {
  uint32_t refused; /* the status, unless that is 2xx */
  uint32_t retry_after_ms;
  uint32_t op;
  int complete, cancelled;
  out_text first, second; /* texts of the chunk that is being made */
} decoder;

/* Whole seconds, at most a day; 0: nothing was said. */
static uint32_t retry_after_ms(const sluice_kv* headers, size_t n_headers) {
  const uint64_t day = 24 * 60 * 60;
  const sluice_str told = sluice_header(headers, n_headers, "retry-after");
  uint64_t seconds = 0;
  if (!sluice_json_whole(told, &seconds)) return 0;
  if (seconds == 0) return 1;
  return (uint32_t)(seconds < day ? seconds : day) * 1000;
}

static sluice_status open_decoder(const sluice_instance* self, const sluice_request* req,
                                  uint32_t http_status, const sluice_kv* headers, size_t n_headers,
                                  void** out, sluice_error* err) {
  (void)self;
  decoder* made = calloc(1, sizeof *made);
  if (made == NULL) return no_memory(err);
  made->refused = http_status >= 200 && http_status < 300 ? 0 : http_status;
  made->retry_after_ms = retry_after_ms(headers, n_headers);
  made->op = req->op;
  *out = made;
  return SLUICE_OK;
}

static void push(decoder* of, sluice_sink* sink, sluice_chunk chunk) {
  chunk.struct_size = sizeof chunk;
  if (!of->cancelled) of->cancelled = sink->push(sink, &chunk) == SLUICE_CANCELLED;
}

/* What a string means, until the next use of that buffer. */
static sluice_str unquoted(out_text* buffer, sluice_str string) {
  buffer->size = 0;
  out_string(buffer, string);
  return out_view(buffer);
}

static void push_models(decoder* of, sluice_sink* sink, sluice_str models) {
  out_text list = {0};
  out_cstr(&list, "{\"object\":\"list\",\"data\":[");
  const size_t begin = list.size;
  const char* place = NULL;
  for (sluice_str at; (at = sluice_json_next(models, &place, NULL)).len > 0;) {
    if (*at.ptr != '"') continue;
    out_cstr(&list, list.size == begin ? "{\"id\":" : ",{\"id\":");
    out_quote(&list, unquoted(&of->first, at));
    out_cstr(&list, ",\"object\":\"model\"}");
  }
  out_cstr(&list, "]}");
  of->first.failed = of->first.failed || list.failed;
  push(of, sink, (sluice_chunk){.type = SLUICE_CHUNK_JSON, .extra = out_view(&list)});
  free(list.data);
}

static void push_chat(decoder* of, sluice_sink* sink, sluice_str said) {
  const sluice_str id = sluice_json_get(said, "id"), delta = sluice_json_get(said, "text");
  const sluice_str done = sluice_json_get(said, "done"), tokens = sluice_json_get(said, "tokens");
  if (id.len > 0) {
    const sluice_str ref = unquoted(&of->first, id);
    const sluice_str name = unquoted(&of->second, sluice_json_get(said, "model"));
    push(of, sink, (sluice_chunk){.type = SLUICE_CHUNK_START, .ref = ref, .name = name});
  }
  if (delta.len > 0)
    push(of, sink, (sluice_chunk){.type = SLUICE_CHUNK_TEXT, .text = unquoted(&of->first, delta)});
  if (done.len > 0 && !of->complete) {
    const sluice_str why = unquoted(&of->first, done);
    const int cut = why.len == 6 && memcmp(why.ptr, "length", 6) == 0;
    push(of, sink,
         (sluice_chunk){.type = SLUICE_CHUNK_FINISH, .name = text(cut ? "length" : "stop")});
    of->complete = 1;
  }
  if (tokens.len > 0) {
    sluice_usage usage = {.struct_size = sizeof usage};
    sluice_json_whole(sluice_json_get(tokens, "prompt"), &usage.input);
    sluice_json_whole(sluice_json_get(tokens, "answer"), &usage.output);
    push(of, sink, (sluice_chunk){.type = SLUICE_CHUNK_USAGE, .usage = &usage});
  }
}

static sluice_status frame(void* self, sluice_str event, sluice_str data, sluice_sink* sink,
                           sluice_error* err) {
  (void)event;
  decoder* of = self;
  const sluice_str said = object_in(data);
  if (of->refused != 0) return refusal(err, of->refused, of->retry_after_ms, said);
  if (said.len == 0) return broken(err, "the upstream sent what is not a JSON object");
  if (sluice_json_get(said, "error").len > 0) return refusal(err, 0, 0, said);
  if (of->op == SLUICE_OP_MODELS) {
    push_models(of, sink, sluice_json_get(said, "models"));
    of->complete = 1;
  } else {
    push_chat(of, sink, said);
  }
  return of->first.failed || of->second.failed ? no_memory(err) : SLUICE_OK;
}

static sluice_status end(void* self, sluice_sink* sink, sluice_error* err) {
  (void)sink;
  const decoder* of = self;
  if (of->refused != 0) return refusal(err, of->refused, of->retry_after_ms, empty);
  if (!of->complete) return broken(err, "the upstream's answer ended before it was finished");
  return SLUICE_OK;
}

static void close_decoder(void* self) {
  decoder* of = self;
  free(of->first.data);
  free(of->second.data);
  free(of);
}

static const sluice_codec codec = {.struct_size = sizeof codec,
                                   .encode = encode,
                                   .open = open_decoder,
                                   .frame = frame,
                                   .end = end,
                                   .close = close_decoder};

/* ---- components -------------------------------------------------------------------------------
 */

static const void* talk_extension(const sluice_instance* self, const char* id) {
  (void)self;
  return strcmp(id, SLUICE_EXT_CODEC) == 0 ? &codec : NULL;
}

static const void* words_extension(const sluice_instance* self, const char* id) {
  (void)self;
  return strcmp(id, SLUICE_EXT_DIRECT) == 0 ? &words_direct : NULL;
}

static void destroy(const sluice_instance* self) {
  free(self->plugin_data);
  free((void*)self);
}

static const sluice_instance* create(const sluice_component* self, const sluice_host* host,
                                     sluice_str name, sluice_str config, sluice_error* err);

static const sluice_component talk = {
    .struct_size = sizeof talk,
    .kind = SLUICE_KIND_PROVIDER,
    .id = "com.example.talk-c",
    .description = "An upstream with a wire format of its own, in C",
    .config_schema =
        "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
        "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"default\":1024,"
        "\"description\":\"The most tokens of an answer, unless the request says\"}}}",
    .create = create};
static const sluice_component words = {
    .struct_size = sizeof words,
    .kind = SLUICE_KIND_PROVIDER,
    .id = "com.example.words-c",
    .description = "Says the last message back, word by word, in C",
    .config_schema = "{\"type\":\"object\",\"additionalProperties\":false}",
    .create = create};

static const sluice_instance* create(const sluice_component* self, const sluice_host* host,
                                     sluice_str name, sluice_str config, sluice_error* err) {
  (void)host, (void)name;
  const sluice_str given = object_in(config);
  const sluice_str limit = sluice_json_get(given, "limit");
  settings set = {.limit = 1024};
  if (given.len == 0) {
    fail(err, SLUICE_INVALID_ARGUMENT, SLUICE_REASON_NONE, "the settings are not a JSON object");
    return NULL;
  }
  if (limit.len > 0 && !sluice_json_whole(limit, &set.limit)) {
    fail(err, SLUICE_INVALID_ARGUMENT, SLUICE_REASON_NONE,
         "settings.limit: must be a whole number, not negative");
    return NULL;
  }
  sluice_instance* made = calloc(1, sizeof *made);
  settings* kept = malloc(sizeof *kept);
  if (made == NULL || kept == NULL) {
    free(made);
    free(kept);
    no_memory(err);
    return NULL;
  }
  *kept = set;
  made->struct_size = sizeof *made;
  made->plugin_data = kept;
  made->get_extension = self == &talk ? talk_extension : words_extension;
  made->destroy = destroy;
  return made;
}

static const sluice_component* const components[] = {&talk, &words};
static const sluice_library library = {.struct_size = sizeof library,
                                       .abi_version = SLUICE_ABI_VERSION,
                                       .flags = SLUICE_LIB_MAY_UNLOAD,
                                       .n_components = 2,
                                       .vendor = "Sluice",
                                       .version = "1.0.0",
                                       .license = "Apache-2.0",
                                       .components = components};

/* A host of this major; while that is 0, of this very version. */
const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  if (host_abi >> 16 != SLUICE_ABI_MAJOR) return NULL;
  return SLUICE_ABI_MAJOR != 0 || host_abi == SLUICE_ABI_VERSION ? &library : NULL;
}
