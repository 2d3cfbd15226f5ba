/* Crashes on a line of a kind that it does not know. */
#include "codec.h"

static sluice_status frameTrusting(void* at, sluice_str event, sluice_str data, sluice_sink* sink,
                                   sluice_error* err) {
  static const char* const kinds[] = {"id", "say", "call", "tokens", "stop"};
  const char* volatile known = NULL;
  sluice_str kind;
  cutWord(data, &kind);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; ++i)
    if (is(kind, kinds[i])) known = kinds[i];
  if (((struct decoder*)at)->http_status == 200 && *known == '\0') return broken(err);
  return frame(at, event, data, sink, err);
}

FAULTY_CODEC(.frame = frameTrusting)
