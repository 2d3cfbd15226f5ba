/* Waits for ever for a number that is none. */
#include <unistd.h>

#include "codec.h"

static sluice_status frameWaiting(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                  sluice_error* err) {
  sluice_str kind, count;
  cutWord(cutWord(data, &kind), &count);
  if (((struct decoder*)at)->http_status == 200 && is(kind, "tokens"))
    for (size_t i = 0; i < count.len; ++i)
      while (count.ptr[i] < '0' || count.ptr[i] > '9') pause();
  return frame(at, event, data, sink, err);
}

FAULTY_CODEC(.frame = frameWaiting)
