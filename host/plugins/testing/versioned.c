/* A codec whose path tells which build of it is running: VERSION. It may be unloaded if MAY_UNLOAD.
 */
#include <sluice/plugin.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

static sluice_str str(const char* text) { return (sluice_str){text, strlen(text)}; }
static const sluice_host* library_host;
static int ended;

static void say(const char* text) { library_host->log(library_host, 1, str(text)); }

static sluice_status encode(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  (void)self;
  (void)req;
  (void)err;
  out->start(out, str("GET"), str("/version/" TEXT(VERSION)));
  return SLUICE_OK;
}
static sluice_status openAnswer(const sluice_instance* self, const sluice_request* req,
                                uint32_t status, const sluice_kv* headers, size_t n, void** decoder,
                                sluice_error* err) {
  (void)self;
  (void)req;
  (void)status;
  (void)headers;
  (void)n;
  (void)decoder;
  (void)err;
  return SLUICE_OK;
}
static sluice_status frame(void* decoder, sluice_str event, sluice_str data, sluice_sink* sink,
                           sluice_error* err) {
  (void)decoder;
  (void)event;
  (void)data;
  (void)sink;
  (void)err;
  return SLUICE_OK;
}
static sluice_status end(void* decoder, sluice_sink* sink, sluice_error* err) {
  (void)decoder;
  (void)sink;
  (void)err;
  return SLUICE_OK;
}
static void closeAnswer(void* decoder) { (void)decoder; }
static const sluice_codec codec = {.struct_size = sizeof codec,
                                   .encode = encode,
                                   .open = openAnswer,
                                   .frame = frame,
                                   .end = end,
                                   .close = closeAnswer};

static const void* get_extension(const sluice_instance* self, const char* id) {
  (void)self;
  return strcmp(id, SLUICE_EXT_CODEC) == 0 ? &codec : NULL;
}
static void destroy(const sluice_instance* self) {
  free((void*)self);
  say("destroyed version " TEXT(VERSION));
}
static const sluice_instance* create(const sluice_component* self, const sluice_host* host,
                                     sluice_str name, sluice_str config, sluice_error* err) {
  (void)self;
  (void)host;
  (void)name;
  (void)config;
  (void)err;
  sluice_instance* made = calloc(1, sizeof *made);
  *made = (sluice_instance){
      .struct_size = sizeof *made, .get_extension = get_extension, .destroy = destroy};
  return made;
}

static const char* const dialects[] = {"openai.chat", "example.wire", NULL};
static const sluice_component component = {.struct_size = sizeof component,
                                           .kind = SLUICE_KIND_PROVIDER,
                                           .id = "org.example.versioned",
                                           .description = "tells its version",
                                           .dialects = dialects,
                                           .create = create};
static const sluice_component* const list[] = {&component};

static sluice_status init(const sluice_host* host, const char* path, sluice_error* err) {
  (void)path;
  (void)err;
  library_host = host;
  say(ended ? "initialised after its end" : "initialised version " TEXT(VERSION));
  return SLUICE_OK;
}
static void deinit(void) {
  ended = 1;
  say("ended version " TEXT(VERSION));
}

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  static const sluice_library library = {.struct_size = sizeof library,
                                         .abi_version = SLUICE_ABI_VERSION,
                                         .flags = MAY_UNLOAD ? SLUICE_LIB_MAY_UNLOAD : 0,
                                         .n_components = 1,
                                         .vendor = "example",
                                         .version = TEXT(VERSION),
                                         .license = "Apache-2.0",
                                         .components = list,
                                         .init = init,
                                         .deinit = deinit};
  return host_abi == SLUICE_ABI_VERSION ? &library : NULL;
}
