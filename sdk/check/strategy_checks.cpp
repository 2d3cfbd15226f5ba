// strategy.*: how candidates are ranked.
#include <algorithm>
#include <barrier>
#include <chrono>
#include <set>
#include <thread>

#include "bench.hpp"
#include "candidates.hpp"
#include "samples.hpp"

namespace sluice::check {

namespace {

void checkPrefix(Bench& bench) {
  for (const std::size_t n : {0u, 1u, 2u, 3u, 20u, 64u, 65u, 1000u})
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
      note::during("it ranked " + std::to_string(n) + " candidates");
      const Candidates candidates(n, seed);
      requirePrefix(bench, candidates);
    }
}

std::string ordered(const Ranked& ranked) {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(ranked.order.size(), 10); ++i)
    out += (i == 0 ? "" : " ") + std::to_string(ranked.order[i]);
  return out + (ranked.order.size() > 10 ? " ..." : "");
}

void requireSame(const Ranked& first, const Ranked& then, const std::string& did) {
  if (first.status == then.status && first.order == then.order) return;
  fail(did, "rank() is a pure function of a snapshot: the same candidates, the same order",
       "first " + ordered(first) + ", then " + ordered(then),
       "use nothing but the request and the candidates: no counter, clock or random number; what "
       "observe() is told may change it");
}

void checkPure(Bench& bench) {
  for (const std::size_t n : {2u, 7u, 50u}) {
    const Candidates candidates(n, 7);
    const Ranked first = rank(bench, candidates);
    for (int i = 0; i < 10; ++i) {
      note::during("it ranked the same " + std::to_string(n) + " candidates again");
      requireSame(first, rank(bench, candidates), "ranked the same candidates several times");
    }
    note::during("it ranked the same candidates on four threads at once");
    note::calling("strategy.rank");
    constexpr std::size_t kThreads = 4;
    std::vector<Ranked> last(kThreads, first);
    std::vector<Failure> failures(kThreads);
    std::barrier begin(kThreads);
    std::vector<std::thread> threads;
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(60) * slowness();
    for (std::size_t t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        begin.arrive_and_wait();
        try {
          while (std::chrono::steady_clock::now() < until && last[t].order == first.order)
            last[t] = rank(bench, candidates, false);
        } catch (const Failure& failure) {
          failures[t] = failure;
        }
      });
    for (std::thread& thread : threads) thread.join();
    note::calling("");
    for (const Failure& failure : failures)
      if (!failure.came.empty()) throw failure;
    for (const Ranked& ranked : last)
      requireSame(first, ranked, "ranked the same candidates on several threads");
  }
}

constexpr Check kChecks[] = {
    {"strategy.prefix", "ranks none, one and many candidates, each at most once",
     "sluice_strategy.rank: order has room for n", Scope::strategy, checkPrefix},
    {"strategy.pure", "ranks the same candidates in the same order",
     "sluice_strategy.rank: A pure function of a snapshot", Scope::strategy, checkPure},
};

}  // namespace

std::span<const Check> strategyChecks() { return kChecks; }

}  // namespace sluice::check
