// bench_abi --plugins DIR --test-plugins DIR [--pairs N] [--libraries N]: what the plugin ABI
// costs, as one line of JSON. A run is one round; tests/bench/run makes several.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "abi_linked.hpp"
#include "arguments.hpp"
#include "plugins/registry.hpp"

namespace sluice::bench {

namespace {

namespace fs = std::filesystem;
using plugins::Kind;
using plugins::Registry;

constexpr std::size_t kBatches = 101;
constexpr std::size_t kCandidates = 20;
constexpr std::string_view kBody =
    R"({"model": "m-1", "max_tokens": 400, "messages": [)"
    R"({"role": "system", "content": "You answer in one sentence and say what you do not know."},)"
    R"({"role": "user", "content": "Which river has the most water, and how do we know?"}]})";
constexpr std::string_view kFrame = R"({"delta": "The Amazon, by far.", "stop": "stop"})";

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "bench_abi: %s\n", message.c_str());
  std::exit(1);
}

double nowOn(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Nanoseconds of this thread's processor time that one of `count` calls takes: what else runs on
// the machine is not in it.
template <class F>
double timed(std::size_t count, F&& call) {
  const double began = nowOn(CLOCK_THREAD_CPUTIME_ID);
  for (std::size_t i = 0; i < count; ++i) call();
  return (nowOn(CLOCK_THREAD_CPUTIME_ID) - began) / static_cast<double>(count);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::shared_ptr<const Registry> opened(const std::string& directory,
                                       const std::vector<std::string>& stems) {
  config::Plugins wanted;
  for (const std::string& stem : stems) wanted.enable.push_back({stem, "", ""});
  std::vector<Registry::Problem> problems;
  auto registry = Registry::open(wanted, directory, problems);
  if (!problems.empty()) fail(problems.front().message);
  return registry;
}

std::shared_ptr<const plugins::Instance> made(const Registry& registry, Kind kind,
                                              const std::string& id) {
  auto instance = registry.create(kind, id, id, "{}");
  if (!instance) fail(instance.error().message);
  return *instance;
}

struct Counter final : plugins::ChunkSink {
  Answer push(const plugins::Chunk& chunk) noexcept override {
    bytes += chunk.text.size() + chunk.name.size();
    return Answer::more;
  }
  std::size_t bytes = 0;
};

plugins::Request chat() {
  plugins::Request request;
  request.stream = true;
  request.model = "m-1";
  request.dialect = plugins::kCanonicalChat;
  request.body = kBody;
  return request;
}

std::size_t pairThroughAbi(const plugins::Instance& instance, const plugins::Request& request,
                           plugins::Encoded& encoded) {
  Counter sink;
  plugins::Fault fault;
  if (instance.encode(request, "key", encoded)) fail("acme refused to encode");
  const auto decoder = instance.open(request, 200, {}, fault);
  if (decoder == nullptr || decoder->frame({}, kFrame, sink) || decoder->end(sink)) {
    fail("acme refused to decode");
  }
  return encoded.body.size() + sink.bytes;
}

struct CodecCost {
  double linked, abi, added;
};

// In turn, so that both see the same machine.
CodecCost measureCodec(const std::string& directory, std::size_t pairs) {
  const auto instance = made(*opened(directory, {"acme"}), Kind::provider, "acme");
  LinkedCodec linked;
  const plugins::Request request = chat();
  plugins::Encoded encoded;
  const std::size_t wanted = linked.pair("m-1", kBody, kFrame);
  if (pairThroughAbi(*instance, request, encoded) != wanted) fail("the two sides differ");
  std::vector<double> direct, through, added;
  for (std::size_t batch = 0; batch < kBatches; ++batch) {
    direct.push_back(timed(pairs, [&] {
      if (linked.pair("m-1", kBody, kFrame) != wanted) fail("an answer differs");
    }));
    through.push_back(timed(pairs, [&] {
      if (pairThroughAbi(*instance, request, encoded) != wanted) fail("an answer differs");
    }));
    added.push_back(through.back() - direct.back());
  }
  return {median(direct), median(through), median(added)};
}

double measureRank(const std::string& directory, std::size_t calls) {
  const auto instance = made(*opened(directory, {"priority"}), Kind::strategy, "priority");
  const plugins::Request request = chat();
  std::vector<plugins::Candidate> candidates(kCandidates);
  for (std::size_t i = 0; i < kCandidates; ++i) {
    candidates[i].target = "provider";
    candidates[i].model = "model-1";
    candidates[i].healthy = i % 5 != 0;
  }
  std::vector<std::uint32_t> order;
  std::vector<double> took;
  for (std::size_t batch = 0; batch < kBatches; ++batch) {
    took.push_back(timed(calls, [&] {
      if (instance->rank(request, candidates, order) || order.size() != kCandidates) {
        fail("priority refused to rank");
      }
    }));
  }
  return median(took);
}

// Copies of acme that differ in their id alone: three of its letters become the copy's number.
std::vector<std::string> manyPlugins(const std::string& from, const std::string& to,
                                     std::size_t count) {
  std::ostringstream text;
  text << std::ifstream(from + "/acme.so", std::ios::binary).rdbuf();
  const std::string original = std::move(text).str();
  const std::string id("test.acme\0", 10);
  const std::size_t at = original.find(id);
  if (at == std::string::npos) fail("acme.so does not hold its id");
  std::vector<std::string> stems;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(1000 + i).substr(1);
    std::string copy = original;
    for (std::size_t place = at; place != std::string::npos; place = copy.find(id, place)) {
      copy.replace(place + 6, 3, number);
    }
    stems.push_back("a" + number);
    std::ofstream(to + '/' + stems.back() + ".so", std::ios::binary) << copy;
  }
  return stems;
}

// Milliseconds until all are open, checked, described, and have an instance each.
double measureLoad(const std::string& testPlugins, std::size_t count) {
  std::string directory = (fs::temp_directory_path() / "sluice-bench-XXXXXX").string();
  if (::mkdtemp(directory.data()) == nullptr) fail("cannot make " + directory);
  const auto stems = manyPlugins(testPlugins, directory, count);
  std::vector<std::shared_ptr<const plugins::Instance>> instances;
  std::shared_ptr<const Registry> registry;
  const double began = nowOn(CLOCK_MONOTONIC);
  registry = opened(directory, stems);
  for (const std::string& stem : stems) {
    instances.push_back(made(*registry, Kind::provider, "test." + stem));
  }
  const double took = nowOn(CLOCK_MONOTONIC) - began;
  fs::remove_all(directory);
  if (instances.size() != count || registry->libraries().size() != count) fail("some are missing");
  return took / 1e6;
}

int run(Arguments& arguments) {
  const std::string pluginDirectory = arguments.text("plugins", "build/plugins");
  const std::string testPlugins = arguments.text("test-plugins", "build/test-plugins");
  const std::size_t pairs = arguments.number("pairs", 500);
  const std::size_t libraries = arguments.number("libraries", 100);
  arguments.finish();
  const double load = measureLoad(testPlugins, libraries);  // first: nothing is warm yet
  const CodecCost codec = measureCodec(testPlugins, pairs);
  const double rank = measureRank(pluginDirectory, pairs);
  std::printf(R"({"linked_ns":%.0f,"abi_ns":%.0f,"added_ns":%.0f,"rank_ns":%.0f,"load_ms":%.1f})"
              "\n",
              codec.linked, codec.abi, codec.added, rank, load);
  return 0;
}

}  // namespace

}  // namespace sluice::bench

int main(int argc, char** argv) {
  sluice::bench::Arguments arguments(argc, argv, 1);
  return sluice::bench::run(arguments);
}
