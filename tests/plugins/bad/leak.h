/* leak.h: what is taken and never given back, in a list that nobody empties. */
#pragma once

#include "faulty.h"

UNUSED static void leak(size_t size) {
  static struct block {
    struct block* next;
    char bytes[];
  }* blocks;
  struct block* const block = malloc(sizeof *block + size);
  if (block == NULL) return;
  memset(block->bytes, 1, size);
  block->next = blocks;
  blocks = block;
}
