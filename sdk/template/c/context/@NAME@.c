/* @NAME@: a context source that remembers what was asked and answered, and tells it again when it
 * is asked about. Change it to yours. */
#include <pthread.h>
#include <sluice/error.h>
#include <sluice/json.h>
#include <sluice/plugin.h>
#include <stdlib.h>
#include <string.h>

static const char schema[] =
    "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\","
    "\"additionalProperties\":false,\"properties\":{\"keep\":{\"type\":\"integer\",\"minimum\":1,"
    "\"default\":1000,\"description\":\"How many exchanges are kept; the oldest go first\"}}}";

typedef struct memo {
  struct memo* older;
  sluice_str scope, asked, answered; /* behind this struct */
} memo;

typedef struct notebook {
  sluice_instance base;
  pthread_mutex_t mutex;
  uint64_t keep, kept;
  memo* newest;
} notebook;

static int is_text(sluice_str value) { return value.len >= 2 && value.ptr[0] == '"'; }
static sluice_str read_text(sluice_str value, char** room) {
  const sluice_str text = {*room, sluice_json_string(value, *room)};
  *room += text.len;
  return text;
}
static int same(sluice_str a, sluice_str b) {
  return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}
static int holds(sluice_str text, sluice_str part) {
  for (size_t i = 0; i + part.len <= text.len; ++i)
    if (memcmp(text.ptr + i, part.ptr, part.len) == 0) return 1;
  return 0;
}
static memo* copy_of(const memo* from) {
  memo* made = malloc(sizeof *made + from->scope.len + from->asked.len + from->answered.len);
  if (!made) return NULL;
  char* room = (char*)(made + 1);
  *made = *from;
  made->older = NULL;
  sluice_str* const texts[] = {&made->scope, &made->asked, &made->answered};
  for (int i = 0; i < 3; ++i) {
    if (texts[i]->len) memcpy(room, texts[i]->ptr, texts[i]->len);
    texts[i]->ptr = room;
    room += texts[i]->len;
  }
  return made;
}
static void free_all(memo* list) {
  while (list) {
    memo* older = list->older;
    free(list);
    list = older;
  }
}

/* Copies of what fits, so that nothing is pushed under the lock. */
static memo* recall(notebook* of, sluice_str scope, sluice_str query, uint64_t limit) {
  memo *found = NULL, **last = &found;
  pthread_mutex_lock(&of->mutex);
  for (const memo* one = of->newest; one && limit > 0; one = one->older) {
    if (!same(one->scope, scope) || !holds(one->asked, query)) continue;
    if (!(*last = copy_of(one))) break;
    last = &(*last)->older;
    --limit;
  }
  pthread_mutex_unlock(&of->mutex);
  return found;
}

/* start() does all the work and finishes: there is nothing to resume, cancel or release. */
static sluice_status start(const sluice_instance* self, const sluice_request* req,
                           sluice_sink* sink, void** call, sluice_error* err) {
  *call = NULL;
  if (req->op != SLUICE_OP_CONTEXT)
    return sluice_fail(err, SLUICE_UNIMPLEMENTED, "this component gives context");
  if (!sluice_json_is_object(req->body) || !is_text(sluice_json_get(req->body, "query")))
    return sluice_fail(err, SLUICE_INVALID_ARGUMENT, "query must be a string");
  uint64_t limit = 10;
  const sluice_str told = sluice_json_get(req->body, "limit");
  if (told.len && !sluice_json_whole(told, &limit))
    return sluice_fail(err, SLUICE_INVALID_ARGUMENT, "limit must be a whole number");
  char *texts = malloc(req->body.len), *room = texts;
  if (!texts) return sluice_fail(err, SLUICE_RESOURCE_EXHAUSTED, "out of memory");
  const sluice_str query = read_text(sluice_json_get(req->body, "query"), &room);
  const sluice_str scope = read_text(sluice_json_get(req->body, "scope"), &room);
  memo* found = recall((notebook*)self->plugin_data, scope, query, limit);
  free(texts);

  sluice_status status = SLUICE_OK;
  for (const memo* one = found; one && status != SLUICE_CANCELLED; one = one->older) {
    const sluice_chunk chunk = {.struct_size = sizeof chunk,
                                .type = SLUICE_CHUNK_ITEM,
                                .text = one->answered,
                                .name = one->asked,
                                .score = 1};
    status = sink->push(sink, &chunk);
  }
  free_all(found);
  const sluice_error cancelled = {
      .struct_size = sizeof cancelled, .code = SLUICE_CANCELLED, .message = "cancelled"};
  sink->finish(sink, status == SLUICE_CANCELLED ? &cancelled : NULL);
  return SLUICE_OK;
}

static const sluice_direct direct = {.struct_size = sizeof direct, .start = start};

static void forget_oldest(notebook* of) {
  memo** at = &of->newest;
  while (*at && (*at)->older) at = &(*at)->older;
  free(*at);
  *at = NULL;
}

/* Only texts are remembered; a message of other parts reads as empty. */
static sluice_status remember(const sluice_instance* self, sluice_str exchange, sluice_error* err) {
  notebook* of = self->plugin_data;
  if (!sluice_json_is_object(exchange))
    return sluice_fail(err, SLUICE_INVALID_ARGUMENT, "the exchange is not a JSON object");
  const sluice_str scope = sluice_json_get(exchange, "scope");
  const sluice_str messages = sluice_json_get(exchange, "messages");
  const sluice_str answer = sluice_json_get(sluice_json_get(exchange, "answer"), "message");
  if (!is_text(sluice_json_get(exchange, "request_id")) || !is_text(scope) ||
      !sluice_json_is_array(messages) || !sluice_json_is_object(answer))
    return sluice_fail(err, SLUICE_INVALID_ARGUMENT,
                "the exchange lacks request_id, scope, messages or answer.message");
  sluice_str asked = {NULL, 0};
  const char* at = NULL;
  for (sluice_str one; (one = sluice_json_next(messages, &at, NULL)).len;) {
    const sluice_str role = sluice_json_get(one, "role");
    if (role.len == 6 && memcmp(role.ptr, "\"user\"", 6) == 0)
      asked = sluice_json_get(one, "content");
  }
  char *texts = malloc(exchange.len), *room = texts;
  if (!texts) return sluice_fail(err, SLUICE_RESOURCE_EXHAUSTED, "out of memory");
  const memo read = {.scope = read_text(scope, &room),
                     .asked = read_text(asked, &room),
                     .answered = read_text(sluice_json_get(answer, "content"), &room)};
  memo* made = copy_of(&read);
  free(texts);
  if (!made) return sluice_fail(err, SLUICE_RESOURCE_EXHAUSTED, "out of memory");
  pthread_mutex_lock(&of->mutex);
  if (of->kept == of->keep) forget_oldest(of);
  else ++of->kept;
  made->older = of->newest;
  of->newest = made;
  pthread_mutex_unlock(&of->mutex);
  return SLUICE_OK;
}

static const sluice_memory memory = {.struct_size = sizeof memory, .remember = remember};

static const void* get_extension(const sluice_instance* self, const char* id) {
  (void)self;
  if (strcmp(id, SLUICE_EXT_MEMORY) == 0) return &memory;
  return strcmp(id, SLUICE_EXT_DIRECT) == 0 ? &direct : NULL;
}
static void destroy(const sluice_instance* self) {
  notebook* of = self->plugin_data;
  free_all(of->newest);
  pthread_mutex_destroy(&of->mutex);
  free(of);
}

static const sluice_instance* create(const sluice_component* self, const sluice_host* host,
                                     sluice_str name, sluice_str config, sluice_error* err) {
  (void)self, (void)host, (void)name;
  if (!sluice_json_is_object(config)) {
    sluice_fail(err, SLUICE_INVALID_ARGUMENT, "the settings are not a JSON object");
    return NULL;
  }
  uint64_t keep = 1000;
  const sluice_str told = sluice_json_get(config, "keep");
  if (told.len && (!sluice_json_whole(told, &keep) || keep == 0)) {
    sluice_fail(err, SLUICE_INVALID_ARGUMENT, "settings.keep must be a whole number from 1 on");
    return NULL;
  }
  notebook* made = calloc(1, sizeof *made);
  if (!made) {
    sluice_fail(err, SLUICE_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  made->keep = keep;
  pthread_mutex_init(&made->mutex, NULL);
  made->base.struct_size = sizeof made->base;
  made->base.plugin_data = made;
  made->base.get_extension = get_extension;
  made->base.destroy = destroy;
  return &made->base;
}

static const sluice_component component = {.struct_size = sizeof component,
                                           .kind = SLUICE_KIND_CONTEXT,
                                           .id = "@ID@",
                                           .description = "Remembers what was asked and answered",
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
