/* Each instance leaves 64 KiB behind, in a list that nobody empties. */
#include "strategy.h"

static struct block {
  struct block* next;
  char bytes[65536];
}* blocks;

static const sluice_instance* keeping(const sluice_component* self, const sluice_host* host,
                                      sluice_str name, sluice_str config, sluice_error* err) {
  struct block* const block = malloc(sizeof *block);
  if (block != NULL) {
    memset(block->bytes, 1, sizeof block->bytes);
    block->next = blocks;
    blocks = block;
  }
  return create(self, host, name, config, err);
}

FAULTY_COMPONENT(.create = keeping)
