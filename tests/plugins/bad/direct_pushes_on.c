/* Goes on pushing when nobody reads any more. */
#include "direct.h"

static sluice_status startDeaf(const sluice_instance* self, const sluice_request* req,
                               sluice_sink* sink, void** call, sluice_error* err) {
  (void)self;
  *call = NULL;
  const sluice_status status = check(req, err);
  if (status != SLUICE_OK) return status;
  begin(sink);
  say(sink, "Hello ");
  say(sink, "there");
  finish(sink, stop(sink));
  return SLUICE_OK;
}

FAULTY_DIRECT(.start = startDeaf)
