/* Each instance leaves a thread behind. */
#include <pthread.h>
#include <unistd.h>

#include "strategy.h"

static void* wait(void* nothing) {
  for (;;) pause();
  return nothing;
}

static const sluice_instance* watched(const sluice_component* self, const sluice_host* host,
                                      sluice_str name, sluice_str config, sluice_error* err) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait, NULL) == 0) pthread_detach(thread);
  return create(self, host, name, config, err);
}

FAULTY_COMPONENT(.create = watched)
