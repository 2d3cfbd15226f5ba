/* echo: a whole plugin in plain C11, without the C++ headers: says the request's body back. */
#include <sluice/plugin.h>
#include <stdlib.h>
#include <string.h>

static sluice_str text(const char* s) {
  const sluice_str made = {s, strlen(s)};
  return made;
}

static sluice_status push(sluice_sink* sink, uint32_t type, sluice_str said, const char* name) {
  const sluice_chunk chunk = {
      .struct_size = sizeof chunk, .type = type, .text = said, .name = text(name)};
  return sink->push(sink, &chunk);
}

static sluice_status start(const sluice_instance* self, const sluice_request* req,
                           sluice_sink* sink, void** call, sluice_error* err) {
  (void)self;
  *call = NULL;
  if (req->op != SLUICE_OP_CHAT) {
    err->code = SLUICE_UNIMPLEMENTED;
    strcpy(err->message, "echo only chats");
    return err->code;
  }
  sluice_status status = push(sink, SLUICE_CHUNK_TEXT, req->body, "");
  if (status != SLUICE_CANCELLED) status = push(sink, SLUICE_CHUNK_FINISH, text(""), "stop");
  const sluice_error cancelled = {.struct_size = sizeof cancelled, .code = SLUICE_CANCELLED};
  sink->finish(sink, status == SLUICE_CANCELLED ? &cancelled : NULL);
  return SLUICE_OK;
}

static const sluice_direct direct = {.struct_size = sizeof direct, .start = start};

static const void* get_extension(const sluice_instance* self, const char* id) {
  (void)self;
  return strcmp(id, SLUICE_EXT_DIRECT) == 0 ? &direct : NULL;
}

static void destroy(const sluice_instance* self) { free((void*)self); }

static const sluice_instance* create(const sluice_component* self, const sluice_host* host,
                                     sluice_str name, sluice_str config, sluice_error* err) {
  (void)self, (void)host, (void)name, (void)config;
  const sluice_instance made = {
      .struct_size = sizeof made, .get_extension = get_extension, .destroy = destroy};
  sluice_instance* instance = malloc(sizeof *instance);
  if (instance) *instance = made;
  else err->code = SLUICE_RESOURCE_EXHAUSTED;
  return instance;
}

static const sluice_component component = {.struct_size = sizeof component,
                                           .kind = SLUICE_KIND_PROVIDER,
                                           .id = "test.echo",
                                           .description = "Says the request's body back",
                                           .create = create};
static const sluice_component* const components[] = {&component};
static const sluice_library library = {.struct_size = sizeof library,
                                       .abi_version = SLUICE_ABI_VERSION,
                                       .flags = SLUICE_LIB_MAY_UNLOAD,
                                       .n_components = 1,
                                       .vendor = "Tests",
                                       .version = "1.0.0",
                                       .license = "Apache-2.0",
                                       .components = components};

/* A host of this major; while that is 0, of this very version. */
const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  if (host_abi >> 16 != SLUICE_ABI_MAJOR) return NULL;
  return SLUICE_ABI_MAJOR != 0 || host_abi == SLUICE_ABI_VERSION ? &library : NULL;
}
