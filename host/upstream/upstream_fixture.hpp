// What the tests of exchanges share: a loop on a clock that stands still, a resolver that knows
// what it is told, a client, and a scripted upstream.
#pragma once

#include <dirent.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "io/test_support.hpp"
#include "upstream/client.hpp"
#include "upstream/exchange.hpp"
#include "upstream/scripted_upstream.hpp"

namespace sluice::upstream::test {

using namespace std::chrono_literals;

inline const io::test::Certificates& certificates() {
  static const io::test::Certificates made = io::test::makeCertificates();
  return made;
}

// What the resolver of the tests knows. Look-ups of a blocked name last until it is let go.
class Names {
 public:
  void set(const std::string& host, Result<Addresses> found) {
    const std::lock_guard lock(mutex_);
    known_.insert_or_assign(host, std::move(found));
  }
  void set(const std::string& host, const std::vector<std::string>& addresses) {
    Addresses found;
    for (const std::string& address : addresses) found.emplace_back(address);
    set(host, std::move(found));
  }
  void block(bool on) {
    const std::lock_guard lock(mutex_);
    blocked_ = on;
    changed_.notify_all();
  }
  Result<Addresses> lookUp(const std::string& host) {
    std::unique_lock lock(mutex_);
    ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !blocked_; });
    const auto found = known_.find(host);
    return found == known_.end() ? Error{"Name or service not known"} : found->second;
  }
  int asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  void awaitAsked(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Result<Addresses>> known_;
  bool blocked_ = false;
  int asked_ = 0;
};

// What came of a call.
struct Outcome {
  bool ended = false;
  Failure failure = Failure::none;  // of open(), or of the body
  bool opened = false;
  int status = 0;
  std::string body;
  bool whole = false;
  std::string detail;
  bool reused = false;
};

struct Wanted {
  std::string method = "POST";
  std::string body = R"({"model":"m"})";
  std::size_t buffer = 4096;
  std::chrono::milliseconds connect = 2000ms;
  std::chrono::milliseconds firstByte = 5000ms;
  std::chrono::milliseconds total = 60000ms;
};

struct UpstreamTest : testing::Test {
  io::test::ManualClock clock;
  io::Loop loop{clock};
  std::shared_ptr<Names> names = std::make_shared<Names>();
  io::WorkerPool workers{1, 16};
  Resolver resolver{[names = names](const std::string& host) { return names->lookUp(host); },
                    Resolver::Options()};
  io::TlsContext serverTls = io::TlsContext::server(certificates().cert, certificates().key);
  Client client{loop, workers, resolver, options()};
  ScriptedUpstream server{loop};
  io::Scope calls{loop};

  UpstreamTest() {
    for (const char* host : {"localhost", "upstream.test", "elsewhere.test"}) {
      names->set(host, {"127.0.0.1"});
    }
  }
  ~UpstreamTest() override { names->block(false); }

  static Client::Options options() {
    Client::Options made;
    made.caPem = certificates().ca;
    made.idlePerOrigin = 3;
    return made;
  }

  Endpoint plain() { return {{false, "127.0.0.1", server.port(), "/v1"}, {}}; }
  // The certificate names the address.
  Endpoint overTls() {
    server.useTls(serverTls);
    return {{true, "127.0.0.1", server.port(), "/v1"}, {}};
  }

  static io::Task<void> call(io::Loop& loop, Client& client, const Endpoint& endpoint,
                             Wanted wanted, io::CancelToken cancel, Outcome& outcome) {
    Exchange exchange(client, endpoint);
    const Request request{wanted.method, "/chat", "X-Test: 1\r\n", wanted.body};
    const OpenLimits limits{wanted.connect, wanted.firstByte, loop.after(wanted.total)};
    outcome.failure = co_await exchange.open(request, limits, cancel);
    EXPECT_EQ(outcome.failure, exchange.failure());
    outcome.reused = exchange.reused();
    outcome.opened = outcome.failure == Failure::none;
    if (outcome.opened) {
      outcome.status = exchange.head().status;
      const io::Until until{limits.total, cancel};
      co_await readBody(loop, exchange, wanted.buffer, until, outcome);
    }
    outcome.detail = exchange.detail();
    outcome.ended = true;
  }

  static io::Task<void> readBody(io::Loop& loop, Exchange& exchange, std::size_t size,
                                 io::Until until, Outcome& outcome) {
    std::vector<char> buffer(size);
    for (;;) {
      const Exchange::Read read = exchange.tryRead(buffer);
      if (read.state == Exchange::State::data) {
        outcome.body += read.payload;
        continue;
      }
      if (read.state == Exchange::State::whole) outcome.whole = true;
      if (read.state == Exchange::State::failed) outcome.failure = exchange.failure();
      if (read.state != Exchange::State::again) co_return;
      const io::Wake wake = co_await io::Wait(loop, until, &exchange.slot());
      if (wake == io::Wake::ready) continue;
      outcome.failure = wake == io::Wake::cancelled ? Failure::cancelled : Failure::timeout;
      co_return;
    }
  }

  // Turns the loop, blocking, until it holds.
  template <class Condition>
  void turnUntil(const Condition& condition) {
    const auto late = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
      loop.turn(true);
      ASSERT_LT(std::chrono::steady_clock::now(), late) << "nothing happens any more";
    }
  }

  void start(const Endpoint& endpoint, Outcome& outcome, Wanted wanted = {}) {
    calls.spawn(call(loop, client, endpoint, std::move(wanted), calls.token(), outcome));
  }
  Outcome get(const Endpoint& endpoint, Wanted wanted = {}) {
    Outcome outcome;
    start(endpoint, outcome, std::move(wanted));
    turnUntil([&] { return outcome.ended; });
    return outcome;
  }
  void pass(std::chrono::milliseconds time) {
    clock.time += time;
    io::test::settle(loop);
  }

  static std::size_t descriptors() {
    DIR* const directory = ::opendir("/proc/self/fd");
    std::size_t count = 0;
    while (::readdir(directory) != nullptr) ++count;
    ::closedir(directory);
    return count;
  }
};

}  // namespace sluice::upstream::test
