/* Ends what is cancelled with an error of its own, as if the upstream had failed. */
#include "thread.h"

static void* run(void* at) {
  struct call* const call = at;
  sluice_error lost = {.struct_size = sizeof lost};
  fail(&lost, SLUICE_UNAVAILABLE, "the upstream's connection was closed");
  sluice_status (*const steps[])(sluice_sink*) = {begin, hello, stop};
  bool cancelled = false;
  for (int i = 0; i < 3 && !cancelled; ++i) {
    set(call, &call->paused, true); /* a resume() inside the push must not be lost */
    const sluice_status last = steps[i](call->sink);
    if (last != SLUICE_PAUSE) set(call, &call->paused, false);
    pthread_mutex_lock(&call->mutex);
    while (call->paused && !call->cancelled) pthread_cond_wait(&call->changed, &call->mutex);
    cancelled = call->cancelled || last == SLUICE_CANCELLED;
    pthread_mutex_unlock(&call->mutex);
  }
  call->sink->finish(call->sink, cancelled ? &lost : NULL);
  return NULL;
}
static sluice_status startRunning(const sluice_instance* self, const sluice_request* req,
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

FAULTY_DIRECT(.start = startRunning, .resume = resume, .cancel = cancel, .release = release)
