/* Leaves a process behind that is in no group of the checker's. */
#include <unistd.h>

#include "../bad/strategy.h"

static const sluice_instance* createForking(const sluice_component* self, const sluice_host* host,
                                            sluice_str name, sluice_str config, sluice_error* err) {
  static bool forked;
  if (!forked && fork() == 0) {
    setsid();
    alarm(60);
    for (;;) pause();
  }
  forked = true;
  return create(self, host, name, config, err);
}

FAULTY_COMPONENT(.create = createForking)
