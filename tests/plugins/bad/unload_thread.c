/* Promises that it may be unloaded, but a thread of it runs on. */
#include <pthread.h>
#include <time.h>

#include "strategy.h"

static void* run(void* nothing) {
  const struct timespec step = {.tv_nsec = 1000000};
  for (;;) nanosleep(&step, NULL);
  return nothing;
}

static sluice_status init(const sluice_host* host, const char* path, sluice_error* err) {
  (void)host, (void)path;
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, NULL) != 0)
    return fail(err, SLUICE_RESOURCE_EXHAUSTED, "no thread to run on");
  pthread_detach(thread);
  return SLUICE_OK;
}

FAULTY_LIBRARY(.flags = SLUICE_LIB_MAY_UNLOAD, .init = init)
ENTRY()
