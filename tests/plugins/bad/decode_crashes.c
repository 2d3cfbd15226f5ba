/* Crashes on a reason to stop that it does not know. */
#include "codec.h"

static sluice_status frameTrusting(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                   sluice_error* err) {
  static const char* const reasons[128] = {
      ['s'] = "stop", ['l'] = "length", ['t'] = "tool_calls", ['c'] = "content_filter"};
  sluice_str kind;
  const sluice_str reason = cutWord(data, &kind);
  if (((struct decoder*)at)->http_status == 200 && is(kind, "stop") && reason.len > 0) {
    const char* const volatile known = reasons[reason.ptr[0] & 127];
    if (known[0] != reason.ptr[0]) return broken(err);
  }
  return frame(at, event, data, sink, err);
}

FAULTY_CODEC(.frame = frameTrusting)
