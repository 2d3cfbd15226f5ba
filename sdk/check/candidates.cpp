#include "candidates.hpp"

#include "random.hpp"
#include "samples.hpp"

namespace sluice::check {

Candidates::Candidates(std::size_t count, std::uint64_t seed) : candidates_(count) {
  Random random(seed);
  const auto keep = [this](std::string text) {
    texts_.push_back(std::move(text));
    return testing::str(texts_.back());
  };
  for (std::size_t i = 0; i < count; ++i) {
    sluice_candidate& candidate = candidates_[i];
    candidate = {};
    candidate.struct_size = sizeof candidate;
    candidate.flags = (random.one(4) ? 0u : std::uint32_t{SLUICE_CAND_HEALTHY}) |
                      (random.one(3) ? std::uint32_t{SLUICE_CAND_LOCAL} : 0u);
    candidate.target = keep("target-" + std::to_string(i));
    candidate.model = keep("model-" + std::to_string(random.below(5)));
    candidate.inflight = static_cast<std::uint32_t>(random.below(10));
    candidate.weight = static_cast<std::uint32_t>(random.below(4));
    candidate.latency_us = random.one(4) ? 0 : static_cast<std::uint32_t>(random.below(2000000));
    candidate.error_ppm = static_cast<std::uint32_t>(random.below(1000000));
    candidate.price_in = static_cast<double>(random.below(20));
    candidate.price_out = static_cast<double>(random.below(60));
    candidate.labels = keep(random.one(2) ? "{}" : "{\"region\":\"eu\",\"tier\":2}");
    list_.push_back(&candidate);
  }
}

Ranked rank(const Bench& bench, const Candidates& candidates, bool noted) {
  constexpr std::uint32_t kUnwritten = 0xdeadbeef;
  Sample sample = goodSamples(bench).front();
  const sluice_request request = sample.asked();
  Ranked out;
  out.error = testing::emptyError();
  // Room for one more, to see whether it is used; never NULL.
  out.order.assign(candidates.size() + 8, kUnwritten);
  const auto call = [&] {
    return bench.strategy->rank(bench.instance, &request, candidates.list(), candidates.size(),
                                out.order.data(), &out.told, &out.error);
  };
  out.status = noted ? guarded("strategy.rank", call) : unnoted("strategy.rank", call);
  for (std::size_t i = candidates.size(); i < out.order.size(); ++i)
    out.beyond = out.beyond || out.order[i] != kUnwritten;
  out.order.resize(std::min(out.told, candidates.size()));
  if (out.status != SLUICE_OK) out.order.clear();
  return out;
}

void requirePrefix(const Bench& bench, const Candidates& candidates) {
  const std::size_t n = candidates.size();
  const Ranked ranked = rank(bench, candidates);
  const std::string did = "ranked " + std::to_string(n) + " candidates";
  const std::string rule =
      "indices of candidates, each at most once, in order; their number, at "
      "most n, in *n_order";
  const std::string fix = "write 0 to n - 1, each once, and leave out what is not to be tried";
  if (ranked.status != SLUICE_OK) {
    if (const std::string fault = faultOfError(ranked.status, ranked.error); !fault.empty())
      fail(did, "a failure fills *err", fault, "fill code and message");
    return;
  }
  if (ranked.told > n) fail(did, rule, "*n_order is " + std::to_string(ranked.told), fix);
  if (ranked.beyond) fail(did, rule, "it wrote behind the room for n indices", fix);
  std::vector<bool> seen(n);
  for (const std::uint32_t index : ranked.order) {
    if (index >= n)
      fail(did, rule, "index " + std::to_string(index) + ", of which there is no candidate", fix);
    if (seen[index]) fail(did, rule, "index " + std::to_string(index) + " twice", fix);
    seen[index] = true;
  }
}

}  // namespace sluice::check
