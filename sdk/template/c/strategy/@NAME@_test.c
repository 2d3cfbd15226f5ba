#include "plugin_test.h"

static sluice_error err;

static const char* ranked(const sluice_instance* of, const sluice_candidate* const* list, size_t n) {
  const sluice_strategy* strategy = of->get_extension(of, SLUICE_EXT_STRATEGY);
  const sluice_request chat = request(SLUICE_OP_CHAT, "{}");
  uint32_t order[8];
  size_t ordered = 0;
  came[0] = 0;
  strategy->rank(of, &chat, list, n, order, &ordered, &err);
  for (size_t i = 0; i < ordered; ++i) sprintf(came + strlen(came), "%u ", order[i]);
  return came;
}

int main(void) {
  const sluice_candidate ill = {.struct_size = sizeof ill, .weight = 1};
  const sluice_candidate busy = {.struct_size = sizeof busy,
                                 .flags = SLUICE_CAND_HEALTHY,
                                 .inflight = 4,
                                 .weight = 1};
  const sluice_candidate heavy = {.struct_size = sizeof heavy,
                                  .flags = SLUICE_CAND_HEALTHY,
                                  .inflight = 6,
                                  .weight = 3};
  const sluice_candidate* list[] = {&ill, &busy, &heavy};

  const sluice_instance* all = instance("{}", &err);
  EXPECT(ranked(all, list, 3), "2 1 0 ");
  EXPECT(ranked(all, list, 0), "");
  all->destroy(all);
  const sluice_instance* few = instance("{\"most\":1}", &err);
  EXPECT(ranked(few, list, 3), "2 ");
  few->destroy(few);
  if (instance("{\"most\":0}", &err)) return 1;
  EXPECT(err.message, "settings.most must be a whole number from 1 on");
  return 0;
}
