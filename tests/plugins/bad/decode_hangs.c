/* Waits for ever on a line of a kind that it does not know. */
#include <unistd.h>

#include "codec.h"

static sluice_status frameWaiting(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                  sluice_error* err) {
  sluice_chunk chunk;
  sluice_usage usage;
  const bool good = ((struct decoder*)at)->http_status == 200;
  while (good && data.len > 0 && !readLine(data, &chunk, &usage)) pause();
  return frame(at, event, data, sink, err);
}

FAULTY_CODEC(.frame = frameWaiting)
