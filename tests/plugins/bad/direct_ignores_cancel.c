/* Thinks before it speaks, and hears no cancel() while it does. */
#include <time.h>

#include "thread.h"

static void* run(void* at) {
  struct call* const call = at;
  const struct timespec thought = {.tv_sec = 3};
  nanosleep(&thought, NULL);
  finish(call->sink, answer(call->sink));
  return NULL;
}
static sluice_status startThinking(const sluice_instance* self, const sluice_request* req,
                                   sluice_sink* sink, void** call, sluice_error* err) {
  (void)self;
  return startThread(req, sink, run, call, err);
}
static void cancel(void* call) { (void)call; }

FAULTY_DIRECT(.start = startThinking, .cancel = cancel, .release = release)
