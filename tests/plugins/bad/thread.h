/* thread.h: an operation that runs in a thread of its own, which release() waits for. */
#pragma once

#include <pthread.h>

#include "direct.h"

struct call {
  sluice_sink* sink;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  bool cancelled, paused;
};

static sluice_status startThread(const sluice_request* req, sluice_sink* sink, void* (*run)(void*),
                                 void** call, sluice_error* err) {
  const sluice_status status = check(req, err);
  if (status != SLUICE_OK) return status;
  struct call* const made = calloc(1, sizeof *made);
  if (made == NULL) return fail(err, SLUICE_RESOURCE_EXHAUSTED, "there is no memory for a call");
  made->sink = sink;
  pthread_mutex_init(&made->mutex, NULL);
  pthread_cond_init(&made->changed, NULL);
  *call = made;
  if (pthread_create(&made->thread, NULL, run, made) == 0) return SLUICE_OK;
  free(made);
  return fail(err, SLUICE_RESOURCE_EXHAUSTED, "there is no thread for a call");
}

UNUSED static void release(void* at) {
  struct call* const call = at;
  pthread_join(call->thread, NULL);
  pthread_cond_destroy(&call->changed);
  pthread_mutex_destroy(&call->mutex);
  free(call);
}

UNUSED static void set(struct call* call, bool* flag, bool value) {
  pthread_mutex_lock(&call->mutex);
  *flag = value;
  pthread_cond_broadcast(&call->changed);
  pthread_mutex_unlock(&call->mutex);
}

UNUSED static sluice_status hello(sluice_sink* sink) { return say(sink, "Hello there"); }
