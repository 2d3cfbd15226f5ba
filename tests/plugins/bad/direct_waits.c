/* Waits in start() until it is warm, for its first answers, without saying that it does. */
#include <time.h>

#include "direct.h"

static sluice_status startCold(const sluice_instance* self, const sluice_request* req,
                               sluice_sink* sink, void** call, sluice_error* err) {
  static unsigned answers;
  const struct timespec warming = {.tv_nsec = 600000000};
  if (req->op == SLUICE_OP_CHAT && __atomic_fetch_add(&answers, 1, __ATOMIC_RELAXED) < 6)
    nanosleep(&warming, NULL);
  return start(self, req, sink, call, err);
}

FAULTY_DIRECT(.start = startCold)
