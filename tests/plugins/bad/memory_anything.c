/* Says that it remembers whatever it is given, also what is no exchange. */
#include "direct.h"

static sluice_status remember(const sluice_instance* self, sluice_str exchange, sluice_error* err) {
  (void)self, (void)exchange, (void)err;
  return SLUICE_OK;
}

static const sluice_direct direct = {.struct_size = sizeof direct, .start = start};
static const sluice_memory memory = {.struct_size = sizeof memory, .remember = remember};

static const void* extension(const sluice_instance* self, const char* id) {
  (void)self;
  if (strcmp(id, SLUICE_EXT_DIRECT) == 0) return &direct;
  return strcmp(id, SLUICE_EXT_MEMORY) == 0 ? &memory : NULL;
}

INSTANCE()
COMPONENT(SLUICE_KIND_CONTEXT)
LIBRARY()
ENTRY()
