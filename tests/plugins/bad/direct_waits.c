/* Waits in start() without saying that it does. */
#include <time.h>

#include "direct.h"

static sluice_status startWaiting(const sluice_instance* self, const sluice_request* req,
                                  sluice_sink* sink, void** call, sluice_error* err) {
  const struct timespec wait = {.tv_nsec = 600000000};
  if (req->op == SLUICE_OP_CHAT) nanosleep(&wait, NULL);
  return start(self, req, sink, call, err);
}

FAULTY_DIRECT(.start = startWaiting)
