#include "calls/model_facts.hpp"

#include <algorithm>

namespace sluice::calls {

namespace {

ModelFacts of(const config::Model* known) {
  if (known == nullptr) return {};
  return {known->context, known->maxOutput, known->tools,     known->vision,    known->reasoning,
          known->input,   known->output,    known->cacheRead, known->cacheWrite};
}

template <class T, class Choose>
void share(std::optional<T>& so, const std::optional<T>& next, Choose choose) {
  if (so && next) so = choose(*so, *next);
  else so.reset();
}

void shareAbility(std::optional<bool>& so, const std::optional<bool>& next) {
  const bool lacking = so == false || next == false;
  if (lacking) so = false;
  else if (!next) so.reset();
}

}  // namespace

ModelFacts sharedFacts(std::span<const Target> targets) {
  if (targets.empty()) return {};
  const auto least = [](std::uint64_t a, std::uint64_t b) { return std::min(a, b); };
  const auto highest = [](const Decimal& a, const Decimal& b) { return std::max(a, b); };
  ModelFacts made = of(targets.front().facts);
  for (const Target& target : targets.subspan(1)) {
    const ModelFacts next = of(target.facts);
    share(made.context, next.context, least);
    share(made.maxOutput, next.maxOutput, least);
    shareAbility(made.tools, next.tools);
    shareAbility(made.vision, next.vision);
    shareAbility(made.reasoning, next.reasoning);
    share(made.input, next.input, highest);
    share(made.output, next.output, highest);
    share(made.cacheRead, next.cacheRead, highest);
    share(made.cacheWrite, next.cacheWrite, highest);
  }
  return made;
}

ModelFacts factsOf(const ListedModel& model) {
  return model.virtualModel == nullptr ? of(model.facts) : sharedFacts(model.virtualModel->targets);
}

}  // namespace sluice::calls
