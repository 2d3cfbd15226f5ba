/* Crashes on the first line of every answer. */
#include "codec.h"

static sluice_status frameNever(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                sluice_error* err) {
  (void)at, (void)event, (void)data, (void)sink, (void)err;
  abort();
}

FAULTY_CODEC(.frame = frameNever)
