/* @NAME@: a strategy that ranks candidates by how busy they are for their weight. Change it to
 * yours. */
#include <sluice/error.h>
#include <sluice/json.h>
#include <sluice/plugin.h>
#include <stdlib.h>
#include <string.h>

static const char schema[] =
    "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\","
    "\"additionalProperties\":false,\"properties\":{\"most\":{\"type\":\"integer\",\"minimum\":1,"
    "\"description\":\"How many candidates are tried; all unless told\"}}}";

typedef struct settings {
  sluice_instance base;
  uint64_t most;
} settings;

typedef struct place {
  int healthy;
  double load;
  uint32_t index;
} place;

static int by_load(const void* left, const void* right) {
  const place *a = left, *b = right;
  if (a->healthy != b->healthy) return b->healthy - a->healthy;
  if (a->load < b->load || a->load > b->load) return a->load < b->load ? -1 : 1;
  return a->index < b->index ? -1 : 1;
}

/* A pure function of what it is given: it may run on any thread, several at a time. */
static sluice_status rank(const sluice_instance* self, const sluice_request* req,
                          const sluice_candidate* const* cands, size_t n, uint32_t* order,
                          size_t* n_order, sluice_error* err) {
  const settings* of = (const settings*)self->plugin_data;
  (void)req;
  *n_order = 0;
  if (n == 0) return SLUICE_OK;
  place* places = malloc(n * sizeof *places);
  if (!places) return sluice_fail(err, SLUICE_RESOURCE_EXHAUSTED, "out of memory");
  for (size_t i = 0; i < n; ++i) {
    const uint32_t weight = cands[i]->weight ? cands[i]->weight : 1;
    places[i].healthy = (cands[i]->flags & SLUICE_CAND_HEALTHY) != 0;
    places[i].load = (double)cands[i]->inflight / weight;
    places[i].index = (uint32_t)i;
  }
  qsort(places, n, sizeof *places, by_load);
  for (size_t i = 0; i < n && i < of->most; ++i) order[(*n_order)++] = places[i].index;
  free(places);
  return SLUICE_OK;
}

static const sluice_strategy strategy = {.struct_size = sizeof strategy, .rank = rank};

static const void* get_extension(const sluice_instance* self, const char* id) {
  (void)self;
  return strcmp(id, SLUICE_EXT_STRATEGY) == 0 ? &strategy : NULL;
}
static void destroy(const sluice_instance* self) { free(self->plugin_data); }

static const sluice_instance* create(const sluice_component* self, const sluice_host* host,
                                     sluice_str name, sluice_str config, sluice_error* err) {
  (void)self, (void)host, (void)name;
  if (!sluice_json_is_object(config)) {
    sluice_fail(err, SLUICE_INVALID_ARGUMENT, "the settings are not a JSON object");
    return NULL;
  }
  uint64_t most = UINT64_MAX;
  const sluice_str told = sluice_json_get(config, "most");
  if (told.len && (!sluice_json_whole(told, &most) || most == 0)) {
    sluice_fail(err, SLUICE_INVALID_ARGUMENT, "settings.most must be a whole number from 1 on");
    return NULL;
  }
  settings* made = calloc(1, sizeof *made);
  if (!made) {
    sluice_fail(err, SLUICE_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  made->most = most;
  made->base.struct_size = sizeof made->base;
  made->base.plugin_data = made;
  made->base.get_extension = get_extension;
  made->base.destroy = destroy;
  return &made->base;
}

static const sluice_component component = {.struct_size = sizeof component,
                                           .kind = SLUICE_KIND_STRATEGY,
                                           .id = "@ID@",
                                           .description = "The least busy first; the unhealthy last",
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
