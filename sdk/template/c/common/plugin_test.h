/* For tests: a host, a sink that writes down what came, and how a test says what it expects. */
#include <sluice/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char came[4096]; /* a line a chunk: "text Hello", "finish stop", "usage 3 2" */

static inline sluice_str str(const char* text) {
  const sluice_str made = {text, strlen(text)};
  return made;
}

static inline sluice_status take(sluice_sink* sink, const sluice_chunk* chunk) {
  static const char* const names[] = {"?",         "start",  "text",  "reasoning", "refusal",
                                      "tool_call", "finish", "usage", "item",      "message",
                                      "json"};
  (void)sink;
  const size_t used = strlen(came);
  const sluice_usage* usage = chunk->usage;
  if (usage)
    snprintf(came + used, sizeof came - used, "usage %d %d\n", (int)usage->input,
             (int)usage->output);
  else
    snprintf(came + used, sizeof came - used, "%s %.*s%.*s%.*s%.*s\n", names[chunk->type],
             (int)chunk->ref.len, chunk->ref.ptr, (int)chunk->name.len, chunk->name.ptr,
             (int)chunk->text.len, chunk->text.ptr, (int)chunk->extra.len, chunk->extra.ptr);
  return SLUICE_OK;
}
static inline void finished(sluice_sink* sink, const sluice_error* err) {
  (void)sink;
  strcat(came, err ? "failed\n" : "end\n");
}
static inline sluice_sink recorder(void) {
  came[0] = 0;
  const sluice_sink sink = {.struct_size = sizeof sink, .push = take, .finish = finished};
  return sink;
}

static inline const void* nothing(const sluice_host* host, const char* id) {
  (void)host, (void)id;
  return NULL;
}
static inline void ignore(const sluice_host* host, int32_t level, sluice_str message) {
  (void)host, (void)level, (void)message;
}

/* An instance of the library's only component with these settings, or NULL. */
static inline const sluice_instance* instance(const char* settings, sluice_error* err) {
  static const sluice_host host = {.struct_size = sizeof host,
                                   .abi_version = SLUICE_ABI_VERSION,
                                   .name = "test",
                                   .version = "0",
                                   .get_extension = nothing,
                                   .log = ignore};
  const sluice_component* component = sluice_plugin_entry(SLUICE_ABI_VERSION)->components[0];
  memset(err, 0, sizeof *err);
  err->struct_size = sizeof *err;
  return component->create(component, &host, str("test"), str(settings), err);
}

static inline sluice_request request(uint32_t op, const char* body) {
  const sluice_request made = {
      .struct_size = sizeof made, .op = op, .model = str("m-1"), .body = str(body)};
  return made;
}

static inline void expect(int line, const char* got, const char* wanted) {
  if (strcmp(got, wanted) == 0) return;
  fprintf(stderr, "line %d: expected\n%s\ncame\n%s\n", line, wanted, got);
  exit(1);
}
#define EXPECT(got, wanted) expect(__LINE__, got, wanted)
