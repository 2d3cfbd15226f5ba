// sluice serve: starts the loops, listens, and lives until it is told to end.
#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>
#include <utility>

#include "app/banner.hpp"
#include "app/commands.hpp"
#include "app/configuration.hpp"
#include "app/loop_unit.hpp"
#include "app/removal.hpp"
#include "app/shared.hpp"
#include "plugins/changes.hpp"
#include "plugins/control.hpp"
#include "plugins/crash_line.hpp"
#include "plugins/log.hpp"
#include "telemetry/log.hpp"

namespace sluice::app {

namespace {

using telemetry::Log;
using telemetry::LogLevel;

// A gateway holds two descriptors a stream: as many as the system allows.
void raiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

constexpr int kLoopEnded = SIGUSR1;  // from a loop's thread to the main thread

// Large blocks come from the system and go back to it: one large request must not leave its size
// behind in the heap.
void returnLargeBlocks() {
  ::mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  ::mallopt(M_TRIM_THRESHOLD, 4 * 1024 * 1024);
}

// SIGPIPE is ignored; the others are waited for by the main thread, and taken by no other.
sigset_t takeSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, kLoopEnded}) sigaddset(&set, signal);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

std::string readFile(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What a reload cannot change.
std::vector<std::string> needsRestart(const config::Config& before, const config::Config& after) {
  std::vector<std::string> names;
  const auto note = [&names](bool changed, const char* name) {
    if (changed) names.emplace_back(name);
  };
  note(before.server.host != after.server.host || before.server.port != after.server.port,
       "server.listen");
  note(before.server.loops != after.server.loops, "server.loops");
  note(before.upstream.caFile != after.upstream.caFile, "upstream.ca_file");
  note(before.upstream.idlePerOrigin != after.upstream.idlePerOrigin, "upstream.idle_per_origin");
  note(before.upstream.idleTime != after.upstream.idleTime, "upstream.idle_ms");
  note(before.stateDirectory != after.stateDirectory, "state_dir");
  note(!before.responses.store && after.responses.store, "responses.store");
  note(before.log.format != after.log.format, "log.format");
  note(before.log.level != after.log.level, "log.level");
  return names;
}

storage::Responses::Limits limitsOf(const config::Responses& responses) {
  return {responses.keep, responses.maxBytes};
}

class Gateway {
 public:
  explicit Gateway(const Options& options) : options_(options) {
    shared_.reload = [this] { return reload(); };
    shared_.plugins = [this] { return registry()->report(); };
  }
  ~Gateway() { units_.clear(); }
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Each returns false where the program cannot start; the reason is on standard error.
  bool build();
  bool start();
  void printBanner() const;
  // Runs the loops until they have ended, and heeds `signals` meanwhile.
  void wait(const sigset_t& signals);

 private:
  std::shared_ptr<const plugins::Registry> registry();
  bool openResponses();
  Reloaded reload();
  Reloaded rebuild();
  void replace(Built next, const std::shared_ptr<const http::Settings>& settings);
  void reloadInBackground();
  void end();

  const Options& options_;
  std::mutex reloading_;  // guards what follows but for what only the main thread uses
  Built running_;
  std::mutex registryMutex_;                           // guards registry_
  std::shared_ptr<const plugins::Registry> registry_;  // of what runs
  std::uint64_t number_ = 1;
  bool over_ = false;  // the loops have ended
  std::vector<std::unique_ptr<LoopUnit>> units_;
  std::atomic<std::chrono::seconds> patience_{};  // for calls under way at the end
  std::atomic<std::size_t> ended_{0};             // loops
  bool ending_ = false;
  Shared shared_;  // goes first: its workers may still be in reload()
};

bool Gateway::build() {
  running_ = buildGeneration(options_, shared_.lanes, number_, nullptr);
  for (const std::string& notice : running_.notices) std::cerr << notice << '\n';
  for (const std::string& fault : running_.faults) std::cerr << fault << '\n';
  for (const std::string& problem : running_.problems) std::cerr << "error: " << problem << '\n';
  if (!running_.generation || (options_.strict && !running_.problems.empty())) return false;
  registry_ = running_.generation->sharedRegistry();
  Log::start(running_.generation->config().log);
  patience_ = running_.generation->config().server.drain;
  return true;
}

std::shared_ptr<const plugins::Registry> Gateway::registry() {
  const std::lock_guard lock(registryMutex_);
  return registry_;
}

bool Gateway::start() {
  const config::Config& config = running_.generation->config();
  auto settings = http::makeSettings(config.server, config.auth);
  auto addresses = http::listenAddresses(config.server);
  if (!settings || !addresses) {
    std::cerr << "error: " << (settings ? addresses.error() : settings.error()).message << '\n';
    return false;
  }
  if (!config.upstream.caFile.empty()) {
    shared_.caPem = readFile(config.upstream.caFile);
    if (shared_.caPem.empty()) {
      std::cerr << "error: upstream.ca_file: " << config.upstream.caFile << " cannot be read\n";
      return false;
    }
  }
  if (!openResponses()) return false;
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  const unsigned loops = config.server.loops == 0 ? cores : config.server.loops;
  for (unsigned i = 0; i < loops; ++i) {
    auto unit = std::make_unique<LoopUnit>(shared_, running_.generation, *settings);
    if (auto error = unit->listen(*addresses, i == 0)) {
      std::cerr << "error: " << error->message << '\n';
      return false;
    }
    // Port 0 is a free one for the first loop; the others share it.
    for (auto& address : *addresses)
      address = Poco::Net::SocketAddress(address.host(), unit->port());
    units_.push_back(std::move(unit));
  }
  return true;
}

// Where nobody chose the state directory, and it cannot be used, the gateway does without.
bool Gateway::openResponses() {
  const config::Config& config = running_.generation->config();
  if (!config.responses.store) return true;
  auto opened = storage::Responses::open(config.stateDirectory, limitsOf(config.responses));
  if (opened) {
    shared_.responses = std::move(*opened);
    return true;
  }
  const bool chosen = config.stateDirectoryChosen;
  std::cerr << (chosen ? "error: " : "notice: ") << "state_dir: " << opened.error().message
            << (chosen ? "" : "; responses are not kept") << '\n';
  return !chosen;
}

void Gateway::printBanner() const {
  const config::Config& config = running_.generation->config();
  std::cout << banner(*running_.generation, listenUrl(config, units_.front()->port()))
            << std::flush;
}

void Gateway::wait(const sigset_t& signals) {
  const pthread_t self = ::pthread_self();
  for (const auto& unit : units_) {
    unit->start([this, self] {
      ++ended_;
      ::pthread_kill(self, kLoopEnded);
    });
  }
  while (ended_ < units_.size()) {
    const int signal = ::sigwaitinfo(&signals, nullptr);
    if (signal == SIGHUP) reloadInBackground();
    else if (signal == SIGTERM || signal == SIGINT) end();
  }
  const std::lock_guard lock(reloading_);
  over_ = true;
  for (const auto& unit : units_) unit->join();
  units_.clear();
}

// On a thread of its own, so that a plugin that takes its time does not make the program deaf.
void Gateway::reloadInBackground() {
  if (!shared_.reloads.submit([this] { reload(); })) {
    Log::say(LogLevel::error, "not reloaded: too many reloads wait already");
  }
}

// The first time calls may finish; the second time they end now.
void Gateway::end() {
  if (ending_) {
    for (const auto& unit : units_) unit->hurry();
    return;
  }
  ending_ = true;
  shared_.draining = true;
  Log::say(LogLevel::info, "ending: calls under way may finish");
  const auto deadline = std::chrono::steady_clock::now() + patience_.load();
  for (const auto& unit : units_) unit->end(deadline);
}

Reloaded Gateway::reload() {
  const std::lock_guard lock(reloading_);
  Reloaded result;
  try {
    if (!over_) return rebuild();
    result.faults.emplace_back("the gateway is ending");
  } catch (const std::exception& error) {
    result.faults.emplace_back(error.what());
    Log::say(LogLevel::error, "not reloaded: " + result.faults.back());
  }
  result.generation = number_;
  return result;
}

Reloaded Gateway::rebuild() {
  Reloaded result;
  result.generation = running_.generation->number();
  Built built = buildGeneration(options_, shared_.lanes, number_ + 1, &running_);
  result.faults = built.faults;
  // A plugin that was unusable before is no reason to refuse what else is new.
  for (const std::string& problem : built.problems) {
    const auto& known = running_.problems;
    const bool old = std::find(known.begin(), known.end(), problem) != known.end();
    if (options_.strict || !old) result.faults.push_back(problem);
    else result.warnings.push_back(problem);
  }
  std::shared_ptr<const http::Settings> settings;
  if (built.generation) {
    const config::Config& config = built.generation->config();
    if (auto made = http::makeSettings(config.server, config.auth)) settings = *made;
    else result.faults.push_back(made.error().message);
  }
  if (!result.faults.empty() || !settings) {
    for (const std::string& fault : result.faults)
      Log::say(LogLevel::error, "not reloaded: " + fault);
    return result;
  }
  result.warnings.insert(result.warnings.end(), built.notices.begin(), built.notices.end());
  result.needsRestart = needsRestart(running_.generation->config(), built.generation->config());
  result.plugins = plugins::changesOf(running_.generation->registry().libraries(),
                                      built.generation->registry().libraries());
  result.done = true;
  result.generation = ++number_;
  replace(std::move(built), settings);
  Log::say(LogLevel::info, "reloaded", {{"generation", std::to_string(number_)}});
  for (const std::string& change : result.plugins) Log::say(LogLevel::info, "plugin " + change);
  for (const std::string& name : result.needsRestart) {
    Log::say(LogLevel::warning, name + " has changed; a restart will apply it");
  }
  return result;
}

// Once every loop has the new generation nothing can begin with the old one: what only that had is
// retired then, and is destroyed with its last call, of which the loops see to it by the deadline.
void Gateway::replace(Built next, const std::shared_ptr<const http::Settings>& settings) {
  const Built old = std::exchange(running_, std::move(next));
  {
    const std::lock_guard lock(registryMutex_);
    registry_ = running_.generation->sharedRegistry();
  }
  patience_ = running_.generation->config().server.drain;
  if (shared_.responses) {
    shared_.responses->limit(limitsOf(running_.generation->config().responses));
  }
  std::vector<LoopUnit::Remover> removers;
  removers.reserve(units_.size());
  for (const auto& unit : units_) removers.push_back(unit->remover());
  const auto removal =
      std::make_shared<Removal>(removers.size(), running_.generation->config().plugins.drain);
  const std::function<void()> leave = [removal, removers = std::move(removers),
                                       before = old.generation, after = running_.generation] {
    auto leaving = before->giveUp(*after);
    if (leaving.empty()) return;
    for (const auto& instance : leaving) instance->leaveBy(removal->deadline());
    for (const LoopUnit::Remover& remover : removers) remover(removal);
    for (auto& instance : leaving) plugins::retireLater(std::move(instance));
  };
  // On the last loop to adopt: no plugin is called here, and none that is slow keeps this waiting.
  const std::shared_ptr<void> adopted(nullptr, [leave](void*) { leave(); });
  for (const auto& unit : units_) unit->adopt(running_.generation, settings, adopted);
}

void logPluginMessage(int level, std::string_view plugin, std::string_view message) {
  const auto known = static_cast<LogLevel>(std::clamp(level, 0, 3));
  Log::say(known, message, {{"plugin", plugin}});
}

}  // namespace

int serve(const Options& options) {
  const sigset_t signals = takeSignals();
  raiseDescriptorLimit();
  returnLargeBlocks();
  plugins::installCrashLine();
  plugins::setLogSink(logPluginMessage);
  int code = 1;
  {
    Gateway gateway(options);
    if (gateway.build() && gateway.start()) {
      gateway.printBanner();
      gateway.wait(signals);
      Log::say(LogLevel::info, "ended");
      code = 0;
    }
  }
  plugins::waitForRetired();
  Log::stop();
  return code;
}

}  // namespace sluice::app
