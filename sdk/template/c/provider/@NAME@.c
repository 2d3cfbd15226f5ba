/* @NAME@: a provider for an upstream with a wire format of its own. Change it to yours.
 * It takes a chat request as Sluice has it, and answers with server-sent events, streamed or not:
 *   id (its id), text (a piece), done ("stop 3 2": why, and the tokens of prompt and answer),
 *   error (a sentence). Its models are lines of text, the last of which is a dot. */
#include <sluice/error.h>
#include <sluice/http.h>
#include <sluice/json.h>
#include <sluice/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char schema[] =
    "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\","
    "\"additionalProperties\":false,\"properties\":{\"team\":{\"type\":\"string\","
    "\"pattern\":\"^[a-z]{1,32}$\",\"description\":\"Sent as X-Team\"}}}";

typedef struct settings {
  sluice_instance base;
  char team[40];
} settings;

typedef struct decoder {
  uint32_t op, status, retry_after_ms;
  int finished, cancelled;
} decoder;

static sluice_str text(const char* s) {
  const sluice_str made = {s, strlen(s)};
  return made;
}
static int is(sluice_str a, const char* b) {
  return a.len == strlen(b) && memcmp(a.ptr, b, a.len) == 0;
}
/* Another try, or another provider, may do better. */
static sluice_status fail_for_now(sluice_error* err, sluice_str message) {
  err->retryable = 1;
  return sluice_fail_with(err, SLUICE_UNAVAILABLE, message);
}
/* Pushes nothing once nobody reads any more. */
static void push(decoder* of, sluice_sink* sink, const sluice_chunk* chunk) {
  if (!of->cancelled) of->cancelled = sink->push(sink, chunk) == SLUICE_CANCELLED;
}

static sluice_status encode(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  const settings* of = (const settings*)self->plugin_data;
  if (req->op != SLUICE_OP_CHAT && req->op != SLUICE_OP_MODELS)
    return sluice_fail(err, SLUICE_UNIMPLEMENTED, "this provider chats and lists its models");
  if (req->op == SLUICE_OP_CHAT && !sluice_json_is_object(req->body))
    return sluice_fail(err, SLUICE_INVALID_ARGUMENT, "the request is not a JSON object");
  const int chat = req->op == SLUICE_OP_CHAT;
  out->start(out, text(chat ? "POST" : "GET"), text(chat ? "/v1/talk" : "/v1/models"));
  out->secret_header(out, text("X-Key"), text(""), text("key"));
  if (of->team[0]) out->header(out, text("X-Team"), text(of->team));
  if (!chat) return SLUICE_OK;
  out->framing = SLUICE_FRAME_SSE;
  out->header(out, text("Content-Type"), text("application/json"));
  out->body(out, req->body);
  return SLUICE_OK;
}

static sluice_status open_answer(const sluice_instance* self, const sluice_request* req,
                                 uint32_t status, const sluice_kv* headers, size_t n_headers,
                                 void** made, sluice_error* err) {
  (void)self;
  decoder* of = calloc(1, sizeof *of);
  if (!of) return sluice_fail(err, SLUICE_RESOURCE_EXHAUSTED, "out of memory");
  of->op = req->op;
  of->status = status;
  uint64_t seconds = 0;
  if (sluice_json_whole(sluice_header(headers, n_headers, "Retry-After"), &seconds))
    of->retry_after_ms = seconds < 86400 ? (uint32_t)seconds * 1000 : 86400000;
  *made = of;
  return SLUICE_OK;
}

/* What an answer that is not 2xx means. */
static sluice_status refusal(const decoder* of, sluice_str said, sluice_error* err) {
  const uint32_t status = of->status;
  sluice_status code = status >= 400 && status < 500 ? SLUICE_INVALID_ARGUMENT : SLUICE_UNAVAILABLE;
  err->reason = status >= 400 && status < 500 ? SLUICE_REASON_BAD_REQUEST : SLUICE_REASON_OVERLOADED;
  if (status == 401) code = SLUICE_UNAUTHENTICATED, err->reason = SLUICE_REASON_KEY;
  if (status == 429) code = SLUICE_RESOURCE_EXHAUSTED, err->reason = SLUICE_REASON_RATE_LIMIT;
  err->http_status = status;
  err->retry_after_ms = of->retry_after_ms;
  sluice_fail_with(err, code, said.len ? said : text("refused without a word of why"));
  err->retryable = err->reason != SLUICE_REASON_BAD_REQUEST;
  return code;
}

static int plain(char c) { return c > ' ' && c != '"' && c != '\\' && c != 127; }

/* "a\nb\n.\n" as {"data":[{"id":"a"},{"id":"b"}]}. */
static sluice_status models(decoder* of, sluice_str lines, sluice_sink* sink, sluice_error* err) {
  char* json = malloc(32 + lines.len * 12);
  if (!json) return sluice_fail(err, SLUICE_RESOURCE_EXHAUSTED, "out of memory");
  size_t size = (size_t)sprintf(json, "{\"data\":[");
  for (size_t i = 0, n; i < lines.len; i += n + 1) {
    for (n = 0; i + n < lines.len && plain(lines.ptr[i + n]); ++n) {
    }
    of->finished = n == 1 && lines.ptr[i] == '.';
    if (n == 0 || of->finished) continue;
    size += (size_t)sprintf(json + size, "%s{\"id\":\"%.*s\"}", json[size - 1] == '}' ? "," : "",
                            (int)n, lines.ptr + i);
  }
  size += (size_t)sprintf(json + size, "]}");
  const sluice_chunk chunk = {
      .struct_size = sizeof chunk, .type = SLUICE_CHUNK_JSON, .extra = {json, size}};
  if (of->finished) push(of, sink, &chunk);
  free(json);
  return SLUICE_OK;
}

/* "stop 3 2" */
static sluice_status done(decoder* of, sluice_str data, sluice_sink* sink, sluice_error* err) {
  char line[64] = {0}, why[32];
  unsigned long prompt = 0, answer = 0;
  if (data.len) memcpy(line, data.ptr, data.len < sizeof line ? data.len : sizeof line - 1);
  if (sscanf(line, "%31s %lu %lu", why, &prompt, &answer) != 3)
    return fail_for_now(err, text("the upstream's last event makes no sense"));
  const sluice_chunk finish = {
      .struct_size = sizeof finish, .type = SLUICE_CHUNK_FINISH, .name = text(why)};
  const sluice_usage usage = {.struct_size = sizeof usage, .input = prompt, .output = answer};
  const sluice_chunk tokens = {
      .struct_size = sizeof tokens, .type = SLUICE_CHUNK_USAGE, .usage = &usage};
  of->finished = 1;
  push(of, sink, &finish);
  push(of, sink, &tokens);
  return SLUICE_OK;
}

static sluice_status frame(void* made, sluice_str event, sluice_str data, sluice_sink* sink,
                           sluice_error* err) {
  decoder* of = made;
  if (of->status < 200 || of->status > 299) return refusal(of, data, err);
  if (of->op == SLUICE_OP_MODELS) return models(of, data, sink, err);
  if (of->finished) return SLUICE_OK;
  if (is(event, "error")) return fail_for_now(err, data);
  if (is(event, "done")) return done(of, data, sink, err);
  sluice_chunk chunk = {.struct_size = sizeof chunk};
  if (is(event, "id")) chunk.type = SLUICE_CHUNK_START, chunk.ref = data;
  else if (is(event, "text")) chunk.type = SLUICE_CHUNK_TEXT, chunk.text = data;
  else return SLUICE_OK; /* an event of a later version */
  push(of, sink, &chunk);
  return SLUICE_OK;
}

static sluice_status end(void* made, sluice_sink* sink, sluice_error* err) {
  const decoder* of = made;
  (void)sink;
  if (of->status < 200 || of->status > 299) return refusal(of, text(""), err);
  if (of->finished) return SLUICE_OK;
  return fail_for_now(err, text("the upstream's answer ended before it was finished"));
}

static const sluice_codec codec = {.struct_size = sizeof codec,
                                   .encode = encode,
                                   .open = open_answer,
                                   .frame = frame,
                                   .end = end,
                                   .close = free};

static const void* get_extension(const sluice_instance* self, const char* id) {
  (void)self;
  return strcmp(id, SLUICE_EXT_CODEC) == 0 ? &codec : NULL;
}
static void destroy(const sluice_instance* self) { free(self->plugin_data); }

static const sluice_instance* create(const sluice_component* self, const sluice_host* host,
                                     sluice_str name, sluice_str config, sluice_error* err) {
  (void)self, (void)host, (void)name;
  if (!sluice_json_is_object(config)) {
    sluice_fail(err, SLUICE_INVALID_ARGUMENT, "the settings are not a JSON object");
    return NULL;
  }
  const sluice_str team = sluice_json_get(config, "team");
  if (team.len && (team.ptr[0] != '"' || team.len > sizeof((settings*)0)->team)) {
    sluice_fail(err, SLUICE_INVALID_ARGUMENT, "settings.team must be a string of at most 32 letters");
    return NULL;
  }
  settings* made = calloc(1, sizeof *made);
  if (!made) {
    sluice_fail(err, SLUICE_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  sluice_json_string(team, made->team);
  for (const char* c = made->team; *c; ++c)
    if (*c < 'a' || *c > 'z') {
      sluice_fail(err, SLUICE_INVALID_ARGUMENT, "settings.team must hold nothing but a-z");
      free(made);
      return NULL;
    }
  made->base.struct_size = sizeof made->base;
  made->base.plugin_data = made;
  made->base.get_extension = get_extension;
  made->base.destroy = destroy;
  return &made->base;
}

static const sluice_component component = {.struct_size = sizeof component,
                                           .kind = SLUICE_KIND_PROVIDER,
                                           .id = "@ID@",
                                           .description = "Chats with an upstream of its own kind",
                                           .config_schema = schema,
                                           .create = create};
static const sluice_component* const components[] = {&component};
static const sluice_library library = {.struct_size = sizeof library,
                                       .abi_version = SLUICE_ABI_VERSION,
                                       .flags = SLUICE_LIB_MAY_UNLOAD,
                                       .n_components = 1,
                                       .vendor = "Example",
                                       .version = "0.1.0",
                                       .license = "Apache-2.0",
                                       .components = components};

/* A host of this major; while that is 0, of this very version. */
const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  if (host_abi >> 16 != SLUICE_ABI_MAJOR) return NULL;
  return SLUICE_ABI_MAJOR != 0 || host_abi == SLUICE_ABI_VERSION ? &library : NULL;
}
