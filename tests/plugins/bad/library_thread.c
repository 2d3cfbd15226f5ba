/* Starts a thread as soon as it is looked at. */
#include <pthread.h>
#include <unistd.h>

#include "strategy.h"

FAULTY_LIBRARY()

static void* wait(void* nothing) {
  for (;;) pause();
  return nothing;
}

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait, NULL) == 0) pthread_detach(thread);
  return host_abi == SLUICE_ABI_VERSION ? &library : NULL;
}
