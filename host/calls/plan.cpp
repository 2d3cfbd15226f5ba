#include "calls/plan.hpp"

#include <algorithm>

namespace sluice::calls {

plugins::Candidate candidateOf(const Target& target, health::TimePoint now) {
  plugins::Candidate made;
  made.target = target.provider->config->name;
  made.model = target.model;
  made.local = target.provider->local;
  // Of several keys the freest lane speaks for the target.
  made.healthy = false;
  for (const auto& lane : target.lanes) {
    made.healthy = made.healthy || lane->notBefore() <= now;
    made.inflight += lane->inflight();
    made.latencyUs = std::max(made.latencyUs, lane->latencyUs());
    made.errorPpm = std::max(made.errorPpm, lane->errorPpm());
  }
  if (target.facts != nullptr) {
    made.priceIn = target.facts->input.value_or(Decimal()).nearest();
    made.priceOut = target.facts->output.value_or(Decimal()).nearest();
    made.labels = target.facts->labels;
  }
  return made;
}

namespace {

// Indices of targets, best first. What the strategy leaves out is not tried.
std::vector<std::uint32_t> rank(const Resolution& resolution, const plugins::Request& request,
                                std::optional<plugins::Fault>& fault) {
  const std::span<const Target> targets = resolution.targets();
  std::vector<std::uint32_t> order;
  if (resolution.virtualModel != nullptr && targets.size() > 1) {
    const auto now = std::chrono::steady_clock::now();
    std::vector<plugins::Candidate> candidates;
    candidates.reserve(targets.size());
    for (const Target& target : targets) candidates.push_back(candidateOf(target, now));
    fault = resolution.virtualModel->strategy->rank(request, candidates, order);
    if (!fault && !order.empty()) return order;
    order.clear();
  }
  for (std::uint32_t i = 0; i < targets.size(); ++i) order.push_back(i);
  return order;
}

bool knownToBeNoLarger(const Target& target, const Target& than) {
  if (target.facts == nullptr || !target.facts->context) return false;
  if (than.facts == nullptr || !than.facts->context) return false;
  return *target.facts->context <= *than.facts->context;
}

}  // namespace

Plan::Plan(const Resolution& resolution, const plugins::Request& request, std::uint64_t turn,
           std::optional<plugins::Fault>& fault) {
  const std::span<const Target> targets = resolution.targets();
  const std::vector<std::uint32_t> order = rank(resolution, request, fault);
  for (std::size_t place = 0; place < order.size(); ++place) {
    const Target& target = targets[order[place]];
    const std::size_t keys = target.lanes.size();
    for (std::size_t k = 0; k < keys; ++k) {
      Step step;
      step.target = &target;
      step.key = (k + turn) % keys;
      step.rank = place;
      steps_.push_back(step);
    }
  }
}

void Plan::inherit(const Plan& before) noexcept {
  for (Step& step : steps_) {
    for (const Step& known : before.steps_) {
      if (&known.lane() != &step.lane()) continue;
      step.attempts = known.attempts;
      step.over = known.over;
    }
  }
}

Step* Plan::next(health::TimePoint now) noexcept {
  for (Step& step : steps_) {
    if (!step.over && step.lane().notBefore() <= now) return &step;
  }
  return nullptr;
}

std::optional<health::TimePoint> Plan::earliest() const noexcept {
  std::optional<health::TimePoint> first;
  for (const Step& step : steps_) {
    if (step.over) continue;
    const health::TimePoint at = step.lane().notBefore();
    if (!first || at < *first) first = at;
  }
  return first;
}

bool Plan::anyKeyBenched(health::TimePoint now) const noexcept {
  return std::any_of(steps_.begin(), steps_.end(),
                     [now](const Step& step) { return !step.over && step.lane().keyBenched(now); });
}

bool Plan::allOverloaded() const noexcept {
  const auto open = [](const Step& step) { return !step.over; };
  return std::any_of(steps_.begin(), steps_.end(), open) &&
         std::all_of(steps_.begin(), steps_.end(),
                     [&](const Step& step) { return !open(step) || step.lane().overloaded(); });
}

void Plan::failed(Step& step, const Judgement& judgement, unsigned attemptsPerLane) noexcept {
  const bool again = judgement.next == Next::sameLane || judgement.next == Next::wait;
  if (again && step.attempts < attemptsPerLane) return;
  step.over = true;
  const bool otherKeysToo = judgement.next == Next::nextTarget || judgement.next == Next::sameLane;
  for (Step& other : steps_) {
    if (otherKeysToo && other.rank == step.rank) other.over = true;
    if (judgement.onlyLarger && knownToBeNoLarger(*other.target, *step.target)) other.over = true;
  }
}

}  // namespace sluice::calls
