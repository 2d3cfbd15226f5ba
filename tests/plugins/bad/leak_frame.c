/* Each frame of text leaves 4 KiB behind. */
#include "codec.h"
#include "leak.h"

static sluice_status frameKeeping(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                  sluice_error* err) {
  sluice_str kind;
  cutWord(data, &kind);
  if (is(kind, "say")) leak(4096);
  return frame(at, event, data, sink, err);
}

FAULTY_CODEC(.frame = frameKeeping)
