#include <netinet/in.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "io/offload.hpp"
#include "io/test_support.hpp"

namespace sluice::io::test {
namespace {

using Poco::Net::SocketAddress;

// Each case suspends in one operation and returns what that said.
struct Awaits : LoopTest {
  using Case = std::function<Task<Status>(Awaits&, Until)>;

  Awaits() {
    pair = connectedPair(loop, 4096);
    other = connectedPair(loop, 4096);
    ::listen(fullListener, 0);
    socklen_t size = sizeof address;
    ::getsockname(fullListener, reinterpret_cast<sockaddr*>(&address), &size);
    for (int& fd : fillers) {  // fills the backlog, so that a connect hangs
      fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      const int begun = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
      EXPECT_TRUE(begun == 0 || errno == EINPROGRESS);
    }
  }
  ~Awaits() override {
    blocker.unlock();
    for (int fd : fillers) ::close(fd);
    ::close(fullListener);
  }

  static std::vector<std::pair<const char*, Case>> cases() {
    return {
        {"sleep", [](Awaits& t, Until u) { return sleeping(t, u); }},
        {"read", [](Awaits& t, Until u) { return reading(t, u); }},
        {"write", [](Awaits& t, Until u) { return writing(t, u); }},
        {"either", [](Awaits& t, Until u) { return either(t, u); }},
        {"accept", [](Awaits& t, Until u) { return accepting(t, u); }},
        {"connect", [](Awaits& t, Until u) { return connecting(t, u); }},
        {"client handshake", [](Awaits& t, Until u) { return shakingHands(t, u, false); }},
        {"server handshake", [](Awaits& t, Until u) { return shakingHands(t, u, true); }},
        {"offload, running", [](Awaits& t, Until u) { return offloading(t, u, 0); }},
        {"offload, queued", [](Awaits& t, Until u) { return offloading(t, u, 1); }},
        {"join", [](Awaits& t, Until u) { return joining(t, u); }},
    };
  }

  static Task<Status> sleeping(Awaits& t, Until until) {
    const Wake wake = co_await t.loop.sleep(until);
    co_return toStatus(wake);
  }
  static Task<Status> reading(Awaits& t, Until until) {
    char buffer[16];
    const Transfer got = co_await t.pair.first->read(buffer, until);
    co_return got.status;
  }
  static Task<Status> writing(Awaits& t, Until until) {
    const std::string much(1 << 20, 'x');
    const Status status = co_await t.pair.first->writeAll("head", much, until);
    co_return status;
  }
  static Task<Status> either(Awaits& t, Until until) {
    char buffer[1];
    t.pair.first->tryRead(buffer);
    t.other.first->tryRead(buffer);
    const Wake wake = co_await waitEither(*t.pair.first, *t.other.first, until);
    co_return toStatus(wake);
  }
  static Task<Status> accepting(Awaits& t, Until until) {
    Listener listener(t.loop, SocketAddress("127.0.0.1", 0));
    Opened opened = co_await listener.accept(until);
    co_return opened.status;
  }
  static Task<Status> connecting(Awaits& t, Until until) {
    const SocketAddress full(reinterpret_cast<const sockaddr*>(&t.address), sizeof t.address);
    Opened opened = co_await connect(t.loop, full, until);
    co_return opened.status;
  }
  static Task<Status> shakingHands(Awaits& t, Until until, bool isServer) {
    static const Certificates made = makeCertificates();
    TlsContext context =
        isServer ? TlsContext::server(made.cert, made.key) : TlsContext::client(made.ca);
    Listener listener(t.loop, SocketAddress("127.0.0.1", 0));
    t.arrived = false;
    Opened opened = co_await connect(t.loop, SocketAddress("127.0.0.1", listener.port()), until);
    t.arrived = true;
    if (opened.status != Status::ok) co_return opened.status;
    Status status = Status::ok;
    if (isServer) status = co_await opened.connection->acceptTls(context, until);
    else status = co_await opened.connection->startTls(context, "upstream.test", until);
    co_return status;
  }
  static Task<Status> offloading(Awaits& t, Until until, int ahead) {
    t.worker = std::make_shared<std::atomic<int>>(0);
    auto block = [gate = t.gate, at = t.worker] {
      ++*at;
      const std::lock_guard lock(*gate);
    };
    for (int i = 0; i < ahead; ++i) t.workers.submit(block);
    const auto done = co_await offload(t.workers, t.loop, until, block);
    co_return done.status;
  }
  static Task<Status> joining(Awaits& t, Until until) {
    Scope scope(t.loop, until.cancel);
    Status status = Status::ok;
    scope.spawn(into(status, sleeping(t, Until{until.deadline, scope.token()})));
    scope.spawn(into(status, sleeping(t, Until{until.deadline, scope.token()})));
    co_await scope.join();
    co_return status;
  }
  static Task<void> into(Status& status, Task<Status> task) { status = co_await std::move(task); }
  static Task<void> count(int& ended, Status& status, Task<Status> task) {
    status = co_await std::move(task);
    ++ended;
  }

  std::pair<ConnectionPtr, ConnectionPtr> pair, other;
  int fullListener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  int fillers[4];
  bool arrived = true;                       // false: on the way to the await in question
  std::shared_ptr<std::atomic<int>> worker;  // set: not there before a worker has begun
  std::shared_ptr<std::mutex> gate = std::make_shared<std::mutex>();
  std::unique_lock<std::mutex> blocker{*gate};
  WorkerPool workers{1, 16};
};

struct EveryAwait : Awaits, testing::WithParamInterface<std::size_t> {
  Status status = Status::ok;
  int ended = 0;
  void start(Scope& scope) {
    Task<Status> task = cases()[GetParam()].second(*this, in(1000ms, scope.token()));
    scope.spawn(count(ended, status, std::move(task)));
    settle(loop);
    while (!arrived) loop.turn(true);
    while (worker && worker->load() == 0) std::this_thread::yield();
    settle(loop);
    ASSERT_EQ(0, ended) << "did not suspend";
  }
};

TEST_P(EveryAwait, cancelled) {
  Scope scope(loop);
  start(scope);
  scope.cancel();
  scope.cancel();
  pass(5000ms);  // the deadline passes too; the first wins
  EXPECT_EQ(1, ended);
  EXPECT_EQ(Status::cancelled, status);
  EXPECT_TRUE(scope.empty());
}

TEST_P(EveryAwait, cancelledBeforehand) {
  Scope scope(loop);
  scope.cancel();
  Task<Status> task = cases()[GetParam()].second(*this, in(1000ms, scope.token()));
  scope.spawn(count(ended, status, std::move(task)));
  settle(loop);
  EXPECT_EQ(1, ended);
  EXPECT_EQ(Status::cancelled, status);
}

TEST_P(EveryAwait, timedOut) {
  Scope scope(loop);
  start(scope);
  pass(999ms);
  EXPECT_EQ(0, ended);
  pass(1ms);
  EXPECT_EQ(1, ended);
  EXPECT_EQ(Status::timeout, status);
  scope.cancel();
  settle(loop);
  EXPECT_EQ(1, ended);
}

TEST_P(EveryAwait, destroyed) {
  {
    Scope scope(loop);
    start(scope);
  }
  pass(5000ms);
  EXPECT_EQ(0, ended);
}

TEST_P(EveryAwait, destroyedWhenAlreadyDue) {
  {
    Scope scope(loop);
    start(scope);
    scope.cancel();
  }
  pass(5000ms);
  EXPECT_EQ(0, ended);
}

INSTANTIATE_TEST_SUITE_P(Io, EveryAwait, testing::Range<std::size_t>(0, 11), [](const auto& info) {
  std::string name = Awaits::cases()[info.param].first;
  std::erase_if(name, [](char c) { return c == ' ' || c == ','; });
  return name;
});

}  // namespace
}  // namespace sluice::io::test
