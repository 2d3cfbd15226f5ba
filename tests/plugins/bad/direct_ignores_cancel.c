/* Pauses when it is told to, and then hears no cancel(). */
#include "thread.h"

static void* run(void* at) {
  struct call* const call = at;
  sluice_status (*const steps[])(sluice_sink*) = {begin, hello, stop};
  sluice_status last = SLUICE_OK;
  for (int i = 0; i < 3 && last != SLUICE_CANCELLED; ++i) {
    set(call, &call->paused, true); /* a resume() inside the push must not be lost */
    last = steps[i](call->sink);
    if (last != SLUICE_PAUSE) set(call, &call->paused, false);
    pthread_mutex_lock(&call->mutex);
    while (call->paused) pthread_cond_wait(&call->changed, &call->mutex);
    pthread_mutex_unlock(&call->mutex);
  }
  finish(call->sink, last);
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
static void cancel(void* call) { (void)call; }

FAULTY_DIRECT(.start = startRunning, .resume = resume, .cancel = cancel, .release = release)
