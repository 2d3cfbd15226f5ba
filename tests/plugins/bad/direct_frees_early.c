/* Gives its call's memory back when it finishes, though cancel() may come beside that. */
#include <sys/mman.h>

#include "direct.h"

struct call {
  sluice_sink* sink;
  volatile bool cancelled;
};

static sluice_status startShort(const sluice_instance* self, const sluice_request* req,
                                sluice_sink* sink, void** call, sluice_error* err) {
  (void)self;
  const sluice_status status = check(req, err);
  if (status != SLUICE_OK) return status;
  struct call* const made =
      mmap(NULL, sizeof *made, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (made == MAP_FAILED) return fail(err, SLUICE_RESOURCE_EXHAUSTED, "there is no memory");
  *call = made;
  made->sink = sink;
  sluice_status last = answer(sink);
  if (made->cancelled) last = SLUICE_CANCELLED;
  munmap(made, sizeof *made);
  finish(sink, last);
  return SLUICE_OK;
}
static void cancel(void* call) { ((struct call*)call)->cancelled = true; }

FAULTY_DIRECT(.start = startShort, .cancel = cancel)
