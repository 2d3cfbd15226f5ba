/* Forgets to free what an operation used: 64 KiB each, in a list that nobody empties. */
#include "direct.h"

struct call {
  struct call* next;
  char text[65536];
};
static struct call* calls;

static sluice_status startKeeping(const sluice_instance* self, const sluice_request* req,
                                  sluice_sink* sink, void** call, sluice_error* err) {
  struct call* const made = malloc(sizeof *made);
  if (made == NULL) return fail(err, SLUICE_RESOURCE_EXHAUSTED, "there is no memory for a call");
  memset(made->text, 1, sizeof made->text);
  made->next = __atomic_load_n(&calls, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(&calls, &made->next, made, true, __ATOMIC_RELEASE,
                                      __ATOMIC_RELAXED))
    continue;
  return start(self, req, sink, call, err);
}
static void release(void* call) { (void)call; }

FAULTY_DIRECT(.start = startKeeping, .release = release)
