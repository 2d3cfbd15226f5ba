// What Go code calls of C: the host's functions behind pointers. Thread rules: as in plugin.h.
#pragma once
#include <sluice/plugin.h>

// The faces of an instance, as bits.
enum { SLUICE_GO_CODEC = 1, SLUICE_GO_DIRECT = 2, SLUICE_GO_STRATEGY = 4, SLUICE_GO_MEMORY = 8 };

// A component of this library; `index` counts what was registered.
typedef struct sluice_go_component {
  sluice_component component;
  uint32_t index;
} sluice_go_component;

void sluice_go_describe(sluice_go_component* to, uint32_t index, uint32_t kind, const char* id,
                        const char* description, const char* config_schema);
const sluice_library* sluice_go_library(uint32_t n, const sluice_component* const* components,
                                        const char* vendor, const char* version,
                                        const char* license);
sluice_status sluice_go_push(sluice_sink* sink, uint32_t type, uint32_t choice, uint32_t index,
                             sluice_str text, sluice_str name, sluice_str ref, double score,
                             const sluice_usage* usage, sluice_str extra);
void sluice_go_finish(sluice_sink* sink, const sluice_error* err);
void sluice_go_http_start(sluice_http_out* out, sluice_str method, sluice_str path,
                          uint32_t framing);
void sluice_go_http_header(sluice_http_out* out, sluice_str name, sluice_str value,
                           sluice_str secret);
void sluice_go_http_body(sluice_http_out* out, sluice_str bytes);
void sluice_go_http_sign(sluice_http_out* out, sluice_str scheme, sluice_str params);
void sluice_go_http_dropped(sluice_http_out* out, uint32_t weight, sluice_str field);
void sluice_go_log(const sluice_host* host, int32_t level, sluice_str message);
int64_t sluice_go_unix_ms(const sluice_host* host);
