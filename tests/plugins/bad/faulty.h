/* faulty.h: the parts that every plugin of this directory is made of: a sound library, component
 * and instance. A plugin says what it does otherwise, field by field, and that is its fault.
 * FAULTY_ID comes from the build: "test.bad.<name of the file>". */
#pragma once

#include <sluice/plugin.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#define UNUSED __attribute__((unused))
/* For a function that reads where it must not: a sanitizer would end the process there. */
#define UNSEEN __attribute__((noinline, no_sanitize("address", "undefined", "thread")))

UNUSED static sluice_str str(const char* text) { return (sluice_str){text, strlen(text)}; }

UNUSED static sluice_status fail(sluice_error* err, sluice_status code, const char* message) {
  err->code = code;
  snprintf(err->message, sizeof err->message, "%s", message);
  return code;
}

/* What every sound provider here refuses: all but a chat, what is no chat, and tools. */
UNUSED static sluice_status check(const sluice_request* req, sluice_error* err) {
  if (req->op != SLUICE_OP_CHAT) return fail(err, SLUICE_UNIMPLEMENTED, "only chats are served");
  err->reason = SLUICE_REASON_BAD_REQUEST;
  if (!hasMember(req->body, "messages"))
    return fail(err, SLUICE_INVALID_ARGUMENT, "the request has no messages");
  if (hasMember(req->body, "tools"))
    return fail(err, SLUICE_INVALID_ARGUMENT, "tools are not served");
  err->reason = SLUICE_REASON_NONE;
  return SLUICE_OK;
}

/* plugin_data of every instance. */
struct data {
  sluice_instance face;
  const sluice_host* host;
  char token[200]; /* settings.token, if there is one */
};

/* Given by INSTANCE(): what create() copies. */
static const sluice_instance sample;

UNUSED static const sluice_instance* create(const sluice_component* self, const sluice_host* host,
                                            sluice_str name, sluice_str config, sluice_error* err) {
  (void)self, (void)name;
  struct data* made = calloc(1, sizeof *made);
  if (made == NULL) {
    fail(err, SLUICE_RESOURCE_EXHAUSTED, "there is no memory for an instance");
    return NULL;
  }
  made->face = sample;
  made->face.plugin_data = made;
  made->host = host;
  copyMember(config, "token", made->token, sizeof made->token);
  return &made->face;
}

UNUSED static void destroy(const sluice_instance* self) { free(self->plugin_data); }

/* One after the other, each with the fields that differ: */

/* the table that get_extension() answers `id` with */
#define FACE(type, id, ...)                                                              \
  static const type face = {.struct_size = sizeof face, __VA_ARGS__};                    \
  UNUSED static const void* extension(const sluice_instance* self, const char* wanted) { \
    (void)self;                                                                          \
    return strcmp(wanted, id) == 0 ? &face : NULL;                                       \
  }
#define INSTANCE(...)                     \
  static const sluice_instance sample = { \
      .struct_size = sizeof sample, .get_extension = extension, .destroy = destroy, __VA_ARGS__};
#define COMPONENT(of_kind, ...)                                                   \
  static const sluice_component component = {                                     \
      .struct_size = sizeof component,                                            \
      .kind = of_kind,                                                            \
      .id = FAULTY_ID,                                                            \
      .description = "faulty on purpose",                                         \
      .config_schema = "{\"type\": \"object\", \"additionalProperties\": false}", \
      .create = create,                                                           \
      __VA_ARGS__};                                                               \
  UNUSED static const sluice_component* const components[] = {&component};
#define LIBRARY(...)                                                               \
  UNUSED static const sluice_library library = {.struct_size = sizeof library,     \
                                                .abi_version = SLUICE_ABI_VERSION, \
                                                .n_components = 1,                 \
                                                .vendor = "Tests",                 \
                                                .version = "1.0.0",                \
                                                .license = "Apache-2.0",           \
                                                .components = components,          \
                                                __VA_ARGS__};
#define ENTRY()                                                  \
  const sluice_library* sluice_plugin_entry(uint32_t host_abi) { \
    return host_abi == SLUICE_ABI_VERSION ? &library : NULL;     \
  }

/* A component with a secret among its settings. */
#define WITH_TOKEN                                              \
  .config_schema =                                              \
      "{\"type\": \"object\", \"additionalProperties\": false," \
      " \"properties\": {\"token\": {\"type\": \"string\", \"x-secret\": true}}}"
