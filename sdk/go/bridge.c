// The C tables of this library; each function hands its call to Go. What Go gives back is a number
// that stands for a Go value, never a pointer into Go's memory.
#include "bridge.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "_cgo_export.h"

typedef struct instance {
  sluice_instance instance;
  uintptr_t handle;
  uint32_t faces;
} instance;

static uintptr_t handle_of(const sluice_instance* self) { return ((const instance*)self)->handle; }

static sluice_status encode(const sluice_instance* self, const sluice_request* req,
                            sluice_http_out* out, sluice_error* err) {
  return sluiceGoEncode(handle_of(self), (sluice_request*)req, out, err);
}

static sluice_status open_decoder(const sluice_instance* self, const sluice_request* req,
                                  uint32_t http_status, const sluice_kv* headers, size_t n_headers,
                                  void** decoder, sluice_error* err) {
  uintptr_t made = 0;
  const sluice_status status = sluiceGoOpen(handle_of(self), (sluice_request*)req, http_status,
                                            (sluice_kv*)headers, n_headers, &made, err);
  *decoder = (void*)made;
  return status;
}

static sluice_status frame(void* decoder, sluice_str event, sluice_str data, sluice_sink* sink,
                           sluice_error* err) {
  return sluiceGoFrame((uintptr_t)decoder, event, data, sink, err);
}

static sluice_status end(void* decoder, sluice_sink* sink, sluice_error* err) {
  return sluiceGoEnd((uintptr_t)decoder, sink, err);
}

static void close_decoder(void* decoder) { sluiceGoFree((uintptr_t)decoder); }

static const sluice_codec codec = {.struct_size = sizeof codec,
                                   .encode = encode,
                                   .open = open_decoder,
                                   .frame = frame,
                                   .end = end,
                                   .close = close_decoder};

static sluice_status start(const sluice_instance* self, const sluice_request* req,
                           sluice_sink* sink, void** call, sluice_error* err) {
  uintptr_t made = 0;
  const sluice_status status =
      sluiceGoPrepare(handle_of(self), (sluice_request*)req, sink, &made, err);
  *call = (void*)made;
  if (status == SLUICE_OK) sluiceGoRun(made);
  return status;
}

static void resume(void* call) { sluiceGoResume((uintptr_t)call); }
static void cancel(void* call) { sluiceGoCancel((uintptr_t)call); }
static void release(void* call) { sluiceGoFree((uintptr_t)call); }

static const sluice_direct direct = {.struct_size = sizeof direct,
                                     .start = start,
                                     .resume = resume,
                                     .cancel = cancel,
                                     .release = release};

static sluice_status rank(const sluice_instance* self, const sluice_request* req,
                          const sluice_candidate* const* cands, size_t n, uint32_t* order,
                          size_t* n_order, sluice_error* err) {
  return sluiceGoRank(handle_of(self), (sluice_request*)req, (sluice_candidate**)cands, n, order,
                      n_order, err);
}

static void observe(const sluice_instance* self, const sluice_candidate* cand,
                    const sluice_outcome* outcome) {
  sluiceGoObserve(handle_of(self), (sluice_candidate*)cand, (sluice_outcome*)outcome);
}

static const sluice_strategy strategy = {
    .struct_size = sizeof strategy, .rank = rank, .observe = observe};

static sluice_status remember(const sluice_instance* self, sluice_str exchange, sluice_error* err) {
  return sluiceGoRemember(handle_of(self), exchange, err);
}

static const sluice_memory memory = {.struct_size = sizeof memory, .remember = remember};

static const void* get_extension(const sluice_instance* self, const char* id) {
  const uint32_t faces = ((const instance*)self)->faces;
  if (faces & SLUICE_GO_CODEC && strcmp(id, SLUICE_EXT_CODEC) == 0) return &codec;
  if (faces & SLUICE_GO_DIRECT && strcmp(id, SLUICE_EXT_DIRECT) == 0) return &direct;
  if (faces & SLUICE_GO_STRATEGY && strcmp(id, SLUICE_EXT_STRATEGY) == 0) return &strategy;
  if (faces & SLUICE_GO_MEMORY && strcmp(id, SLUICE_EXT_MEMORY) == 0) return &memory;
  return NULL;
}

static void destroy(const sluice_instance* self) {
  sluiceGoFree(handle_of(self));
  free((void*)self);
}

static const sluice_instance* create(const sluice_component* self, const sluice_host* host,
                                     sluice_str name, sluice_str config, sluice_error* err) {
  const uint32_t index = ((const sluice_go_component*)self)->index;
  instance* made = calloc(1, sizeof *made);
  if (made == NULL) {
    err->code = SLUICE_RESOURCE_EXHAUSTED;
    strcpy(err->message, "the plugin is out of memory");
    return NULL;
  }
  if (sluiceGoCreate(index, (sluice_host*)host, name, config, &made->handle, &made->faces, err) !=
      SLUICE_OK) {
    free(made);
    return NULL;
  }
  made->instance.struct_size = sizeof made->instance;
  made->instance.get_extension = get_extension;
  made->instance.destroy = destroy;
  return &made->instance;
}

void sluice_go_describe(sluice_go_component* to, uint32_t index, uint32_t kind, const char* id,
                        const char* description, const char* config_schema) {
  const sluice_component made = {.struct_size = sizeof made,
                                 .kind = kind,
                                 .id = id,
                                 .description = description,
                                 .config_schema = config_schema,
                                 .create = create};
  to->component = made;
  to->index = index;
}

// Never SLUICE_LIB_MAY_UNLOAD: Go's runtime keeps its threads for ever.
const sluice_library* sluice_go_library(uint32_t n, const sluice_component* const* components,
                                        const char* vendor, const char* version,
                                        const char* license) {
  static sluice_library library;
  const sluice_library made = {.struct_size = sizeof made,
                               .abi_version = SLUICE_ABI_VERSION,
                               .n_components = n,
                               .vendor = vendor,
                               .version = version,
                               .license = license,
                               .components = components};
  library = made;
  return &library;
}

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  const int serves = host_abi >> 16 == SLUICE_ABI_MAJOR &&
                     (SLUICE_ABI_MAJOR != 0 || host_abi == SLUICE_ABI_VERSION);
  return serves ? sluiceGoRegistered() : NULL;
}

sluice_status sluice_go_push(sluice_sink* sink, uint32_t type, uint32_t choice, uint32_t index,
                             sluice_str text, sluice_str name, sluice_str ref, double score,
                             const sluice_usage* usage, sluice_str extra) {
  const sluice_chunk chunk = {.struct_size = sizeof chunk,
                              .type = type,
                              .choice = choice,
                              .index = index,
                              .text = text,
                              .name = name,
                              .ref = ref,
                              .score = score,
                              .usage = usage,
                              .extra = extra};
  return sink->push(sink, &chunk);
}

void sluice_go_finish(sluice_sink* sink, const sluice_error* err) { sink->finish(sink, err); }

void sluice_go_http_start(sluice_http_out* out, sluice_str method, sluice_str path,
                          uint32_t framing) {
  out->framing = framing;
  out->start(out, method, path);
}

void sluice_go_http_header(sluice_http_out* out, sluice_str name, sluice_str value,
                           sluice_str secret) {
  if (secret.len > 0) out->secret_header(out, name, value, secret);
  else out->header(out, name, value);
}

void sluice_go_http_body(sluice_http_out* out, sluice_str bytes) { out->body(out, bytes); }

void sluice_go_http_sign(sluice_http_out* out, sluice_str scheme, sluice_str params) {
  out->sign(out, scheme, params);
}

void sluice_go_http_dropped(sluice_http_out* out, uint32_t weight, sluice_str field) {
  out->dropped(out, weight, field);
}

void sluice_go_log(const sluice_host* host, int32_t level, sluice_str message) {
  host->log(host, level, message);
}

int64_t sluice_go_unix_ms(const sluice_host* host) {
  const sluice_host_clock* clock = host->get_extension(host, SLUICE_EXT_HOST_CLOCK);
  if (clock != NULL) return clock->unix_ms(host);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
