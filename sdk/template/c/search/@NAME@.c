/* @NAME@: a search source over the pages that its settings hold. Change it to yours. */
#include <sluice/error.h>
#include <sluice/json.h>
#include <sluice/plugin.h>
#include <stdlib.h>
#include <string.h>

static const char schema[] =
    "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\","
    "\"additionalProperties\":false,\"properties\":{\"pages\":{\"type\":\"array\","
    "\"description\":\"What there is to find\",\"items\":{\"type\":\"object\","
    "\"additionalProperties\":false,\"required\":[\"text\"],\"properties\":{"
    "\"title\":{\"type\":\"string\"},\"uri\":{\"type\":\"string\"},\"text\":{\"type\":\"string\"}}}}}}";

typedef struct page {
  sluice_str title, uri, text;
} page;

typedef struct settings {
  sluice_instance base;
  char* texts; /* of all pages */
  page* pages;
  size_t n_pages;
} settings;

static int holds(sluice_str text, const char* word, size_t size) {
  for (size_t i = 0; i + size <= text.len; ++i)
    if (memcmp(text.ptr + i, word, size) == 0) return 1;
  return 0;
}

/* start() does all the work and finishes: there is nothing to resume, cancel or release. */
static sluice_status start(const sluice_instance* self, const sluice_request* req,
                           sluice_sink* sink, void** call, sluice_error* err) {
  const settings* of = (const settings*)self->plugin_data;
  *call = NULL;
  if (req->op != SLUICE_OP_SEARCH) return sluice_fail(err, SLUICE_UNIMPLEMENTED, "this source searches");
  if (!sluice_json_is_object(req->body))
    return sluice_fail(err, SLUICE_INVALID_ARGUMENT, "the query is not a JSON object");
  const sluice_str asked = sluice_json_get(req->body, "query");
  if (asked.len < 2 || asked.ptr[0] != '"')
    return sluice_fail(err, SLUICE_INVALID_ARGUMENT, "query must be a string");
  uint64_t limit = 10;
  const sluice_str told = sluice_json_get(req->body, "limit");
  if (told.len && !sluice_json_whole(told, &limit))
    return sluice_fail(err, SLUICE_INVALID_ARGUMENT, "limit must be a whole number");
  char* query = malloc(asked.len);
  if (!query) return sluice_fail(err, SLUICE_RESOURCE_EXHAUSTED, "out of memory");
  const size_t size = sluice_json_string(asked, query);

  sluice_status status = SLUICE_OK;
  for (size_t i = 0; i < of->n_pages && limit > 0 && status != SLUICE_CANCELLED; ++i) {
    if (!holds(of->pages[i].text, query, size)) continue;
    const sluice_chunk chunk = {.struct_size = sizeof chunk,
                                .type = SLUICE_CHUNK_ITEM,
                                .text = of->pages[i].text,
                                .name = of->pages[i].title,
                                .ref = of->pages[i].uri,
                                .score = 1};
    status = sink->push(sink, &chunk);
    --limit;
  }
  free(query);
  const sluice_error cancelled = {
      .struct_size = sizeof cancelled, .code = SLUICE_CANCELLED, .message = "cancelled"};
  sink->finish(sink, status == SLUICE_CANCELLED ? &cancelled : NULL);
  return SLUICE_OK;
}

static const sluice_direct direct = {.struct_size = sizeof direct, .start = start};

static const void* get_extension(const sluice_instance* self, const char* id) {
  (void)self;
  return strcmp(id, SLUICE_EXT_DIRECT) == 0 ? &direct : NULL;
}
static void destroy(const sluice_instance* self) {
  settings* of = self->plugin_data;
  free(of->pages);
  free(of->texts);
  free(of);
}

static sluice_str keep(sluice_str value, char** room) {
  const sluice_str kept = {*room, sluice_json_string(value, *room)};
  *room += kept.len;
  return kept;
}

/* Texts take no more room than the settings they are written in. */
static int read_pages(settings* of, sluice_str config) {
  const sluice_str list = sluice_json_get(config, "pages");
  const char* at = NULL;
  size_t n = 0;
  while (sluice_json_next(list, &at, NULL).len) ++n;
  of->texts = malloc(config.len);
  of->pages = calloc(n + 1, sizeof *of->pages);
  if (!of->texts || !of->pages) return 0;
  char* room = of->texts;
  at = NULL;
  for (sluice_str one; (one = sluice_json_next(list, &at, NULL)).len; ++of->n_pages) {
    of->pages[of->n_pages].title = keep(sluice_json_get(one, "title"), &room);
    of->pages[of->n_pages].uri = keep(sluice_json_get(one, "uri"), &room);
    of->pages[of->n_pages].text = keep(sluice_json_get(one, "text"), &room);
  }
  return 1;
}

static const sluice_instance* create(const sluice_component* self, const sluice_host* host,
                                     sluice_str name, sluice_str config, sluice_error* err) {
  (void)self, (void)host, (void)name;
  if (!sluice_json_is_object(config)) {
    sluice_fail(err, SLUICE_INVALID_ARGUMENT, "the settings are not a JSON object");
    return NULL;
  }
  const sluice_str pages = sluice_json_get(config, "pages");
  if (pages.len && pages.ptr[0] != '[') {
    sluice_fail(err, SLUICE_INVALID_ARGUMENT, "settings.pages must be an array");
    return NULL;
  }
  settings* made = calloc(1, sizeof *made);
  if (!made || !read_pages(made, config)) {
    sluice_fail(err, SLUICE_RESOURCE_EXHAUSTED, "out of memory");
    if (made) free(made->pages), free(made->texts);
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
                                           .kind = SLUICE_KIND_SEARCH,
                                           .id = "@ID@",
                                           .description = "Finds pages by their words",
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
