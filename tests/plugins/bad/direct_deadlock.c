/* Holds a lock while it pushes that its resume() wants too. */
#include "thread.h"

static void* run(void* at) {
  struct call* const call = at;
  sluice_status (*const steps[])(sluice_sink*) = {begin, hello, stop};
  sluice_status last = SLUICE_OK;
  pthread_mutex_lock(&call->mutex);
  for (int i = 0; i < 3 && last != SLUICE_CANCELLED; ++i) {
    while (call->paused && !call->cancelled) pthread_cond_wait(&call->changed, &call->mutex);
    last = steps[i](call->sink);
    if (last == SLUICE_PAUSE) call->paused = true;
    if (call->cancelled) last = SLUICE_CANCELLED;
  }
  pthread_mutex_unlock(&call->mutex);
  finish(call->sink, last);
  return NULL;
}
static sluice_status startHolding(const sluice_instance* self, const sluice_request* req,
                                  sluice_sink* sink, void** call, sluice_error* err) {
  (void)self;
  return startThread(req, sink, run, call, err);
}
static void resume(void* at) {
  struct call* const call = at;
  set(call, &call->paused, false);
}
static void cancel(void* at) {
  struct call* const call = at;
  set(call, &call->cancelled, true);
}

FAULTY_DIRECT(.start = startHolding, .resume = resume, .cancel = cancel, .release = release)
