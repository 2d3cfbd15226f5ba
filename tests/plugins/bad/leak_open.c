/* Each answer that is opened leaves 5 KiB behind. */
#include "codec.h"
#include "leak.h"

static sluice_status openKeeping(const sluice_instance* self, const sluice_request* req,
                                 uint32_t http_status, const sluice_kv* headers, size_t n,
                                 void** decoder, sluice_error* err) {
  leak(5120);
  return openAnswer(self, req, http_status, headers, n, decoder, err);
}

FAULTY_CODEC(.open = openKeeping)
