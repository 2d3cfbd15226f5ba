/* host refuses FILE...          each plugin must know that it cannot serve this host
 * host serves acme echo ticker priority
 *                               the plugins of these names (their files) must do their work
 *
 * A host in plain C of the version of the header that it is compiled with, as small as one can be:
 * what an older host asks of today's plugins. */
#include <dlfcn.h>
#include <pthread.h>
#include <sluice/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef const sluice_library* entry_function(uint32_t host_abi);

/* All that a plugin writes, in its order. */
typedef struct {
  char text[4000];
  int finished;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
} record;

static sluice_str str(const char* text) { return (sluice_str){text, strlen(text)}; }

static _Noreturn void fail(const char* where, const char* what) {
  printf("FAILED: %s: %s\n", where, what);
  exit(1);
}

/* Under the record's mutex. */
static void add(record* to, sluice_str piece) {
  const size_t used = strlen(to->text);
  if (used + piece.len >= sizeof to->text) fail("a plugin", "wrote too much");
  memcpy(to->text + used, piece.ptr ? piece.ptr : "", piece.len);
  to->text[used + piece.len] = '\0';
}

static sluice_status push(sluice_sink* sink, const sluice_chunk* chunk) {
  record* const to = sink->host_data;
  pthread_mutex_lock(&to->mutex);
  if (SLUICE_HAS(sluice_chunk, chunk, name)) {
    add(to, chunk->text);
    if (chunk->type == SLUICE_CHUNK_FINISH) add(to, str("|")), add(to, chunk->name);
  }
  pthread_mutex_unlock(&to->mutex);
  return SLUICE_OK;
}
static void finish(sluice_sink* sink, const sluice_error* err) {
  record* const to = sink->host_data;
  pthread_mutex_lock(&to->mutex);
  add(to, str(err ? err->message : "|finished"));
  to->finished = 1;
  pthread_cond_signal(&to->changed);
  pthread_mutex_unlock(&to->mutex);
}

static const void* no_extension(const sluice_host* host, const char* id) {
  (void)host, (void)id;
  return NULL;
}
static void log_nothing(const sluice_host* host, int32_t level, sluice_str message) {
  (void)host, (void)level, (void)message;
}
static const sluice_host this_host = {.struct_size = sizeof this_host,
                                      .abi_version = SLUICE_ABI_VERSION,
                                      .name = "host.c",
                                      .version = "1",
                                      .get_extension = no_extension,
                                      .log = log_nothing};

static void http_start(sluice_http_out* out, sluice_str method, sluice_str path) {
  add(out->host_data, method), add(out->host_data, str(" ")), add(out->host_data, path);
}
static void http_header(sluice_http_out* out, sluice_str name, sluice_str value) {
  (void)out, (void)name, (void)value;
}
static void http_secret(sluice_http_out* out, sluice_str name, sluice_str prefix,
                        sluice_str secret) {
  (void)prefix;
  add(out->host_data, str("|")), add(out->host_data, name), add(out->host_data, str("="));
  add(out->host_data, secret);
}
static void http_body(sluice_http_out* out, sluice_str bytes) { (void)out, (void)bytes; }

static sluice_request chat(void) {
  return (sluice_request){
      .struct_size = sizeof(sluice_request),
      .op = SLUICE_OP_CHAT,
      .flags = SLUICE_REQ_STREAM,
      .id = 1,
      .model = str("m-1"),
      .dialect = str("sluice.chat/1"),
      .body = str("{\"messages\": [{\"role\": \"user\", \"content\": \"good day\"}]}")};
}

static entry_function* entry_of(const char* file) {
  void* const library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) fail(file, dlerror());
  entry_function* const entry = (entry_function*)dlsym(library, "sluice_plugin_entry");
  if (entry == NULL) fail(file, "exports no sluice_plugin_entry");
  return entry;
}

static void check(const char* file, sluice_status status, const sluice_error* err) {
  if (status != SLUICE_OK) fail(file, err->message);
}

static void run_codec(const char* file, const sluice_instance* made, const sluice_codec* codec,
                      record* to) {
  const sluice_request request = chat();
  sluice_error err = {.struct_size = sizeof err};
  sluice_http_out out = {.struct_size = sizeof out,
                         .host_data = to,
                         .start = http_start,
                         .header = http_header,
                         .secret_header = http_secret,
                         .body = http_body};
  sluice_sink sink = {sizeof sink, 0, to, push, finish};
  void* decoder = NULL;
  check(file, codec->encode(made, &request, &out, &err), &err);
  add(to, str("|"));
  check(file, codec->open(made, &request, 200, NULL, 0, &decoder, &err), &err);
  const sluice_str frame = str("{\"delta\": \"Hello\", \"stop\": \"stop\"}");
  check(file, codec->frame(decoder, str(""), frame, &sink, &err), &err);
  check(file, codec->end(decoder, &sink, &err), &err);
  codec->close(decoder);
}

static void run_direct(const char* file, const sluice_instance* made, const sluice_direct* direct,
                       record* to) {
  const sluice_request request = chat();
  sluice_error err = {.struct_size = sizeof err};
  sluice_sink sink = {sizeof sink, 0, to, push, finish};
  void* call = NULL;
  check(file, direct->start(made, &request, &sink, &call, &err), &err);
  pthread_mutex_lock(&to->mutex);
  while (!to->finished) pthread_cond_wait(&to->changed, &to->mutex);
  pthread_mutex_unlock(&to->mutex);
  if (direct->release) direct->release(call);
}

static void run_strategy(const char* file, const sluice_instance* made,
                         const sluice_strategy* strategy, record* to) {
  const sluice_request request = chat();
  sluice_error err = {.struct_size = sizeof err};
  sluice_candidate candidates[3];
  const sluice_candidate* list[3];
  for (int i = 0; i < 3; ++i) {
    candidates[i] = (sluice_candidate){.struct_size = sizeof candidates[i],
                                       .flags = i == 1 ? 0u : SLUICE_CAND_HEALTHY,
                                       .target = str("provider"),
                                       .weight = 1,
                                       .labels = str("{}")};
    list[i] = &candidates[i];
  }
  uint32_t order[3] = {9, 9, 9};
  size_t n = 0;
  check(file, strategy->rank(made, &request, list, 3, order, &n, &err), &err);
  for (size_t i = 0; i < n; ++i) add(to, str((const char*[]){"0", "1", "2", "?"}[order[i] & 3]));
}

static int serves(const char* file, const char* settings, const char* wanted) {
  const sluice_library* const library = entry_of(file)(SLUICE_ABI_VERSION);
  if (library == NULL) fail(file, "does not serve this host");
  if (library->init) fail(file, "wants init(), which the plugins of this test have not");
  const sluice_component* const component = library->components[0];
  sluice_error err = {.struct_size = sizeof err};
  const sluice_instance* const made =
      component->create(component, &this_host, str("it"), str(settings), &err);
  if (made == NULL) fail(file, err.message);
  record to = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
  const sluice_codec* const codec = made->get_extension(made, SLUICE_EXT_CODEC);
  const sluice_direct* const direct = made->get_extension(made, SLUICE_EXT_DIRECT);
  const sluice_strategy* const strategy = made->get_extension(made, SLUICE_EXT_STRATEGY);
  if (codec) run_codec(file, made, codec, &to);
  if (direct) run_direct(file, made, direct, &to);
  if (strategy) run_strategy(file, made, strategy, &to);
  if (SLUICE_HAS(sluice_instance, made, retire) && made->retire) made->retire(made);
  made->destroy(made);
  if (strcmp(to.text, wanted) == 0) return 0;
  printf("FAILED: %s: wrote \"%s\", not \"%s\"\n", file, to.text, wanted);
  return 1;
}

static int refuses(const char* file) {
  if (entry_of(file)(SLUICE_ABI_VERSION) == NULL) return 0;
  printf("FAILED: %s serves a host of plugin ABI %u.%u\n", file, SLUICE_ABI_MAJOR,
         SLUICE_ABI_MINOR);
  return 1;
}

int main(int argc, char** argv) {
  int failed = argc < 3;
  if (argc == 6 && strcmp(argv[1], "serves") == 0) {
    failed += serves(argv[2], "{}", "POST /v2/chat|x-acme-key=key|Hello|stop");
    failed +=
        serves(argv[3], "{}",
               "{\"messages\": [{\"role\": \"user\", \"content\": \"good day\"}]}|stop|finished");
    failed += serves(argv[4], "{\"ticks\": 3}", "tick tick tick |stop|finished");
    failed += serves(argv[5], "{}", "021");
    return failed;
  }
  for (int i = 2; i < argc; ++i) failed += refuses(argv[i]);
  return failed;
}
