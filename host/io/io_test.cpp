#include <gtest/gtest.h>
#include <netinet/in.h>
#include <unistd.h>

#include <random>
#include <stdexcept>
#include <thread>

#include "io/offload.hpp"
#include "io/socket.hpp"
#include "io/test_support.hpp"

namespace sluice::io::test {
namespace {

using Poco::Net::SocketAddress;

// --- tasks ---

Task<int> give(int value) { co_return value; }
Task<int> fail(const char* what) {
  throw std::runtime_error(what);
  co_return 0;
}
Task<std::unique_ptr<int>> giveOwned(std::unique_ptr<int> value) { co_return std::move(value); }

struct LoopTest : testing::Test {
  ManualClock clock;
  Loop loop{clock};
  Until in(std::chrono::milliseconds time, CancelToken cancel = {}) {
    return {loop.after(time), cancel};
  }
  void pass(std::chrono::milliseconds time) {
    clock.time += time;
    settle(loop);
  }
  // Runs a task that never has to wait for anything but turns.
  void run(Task<void> task) {
    Scope scope(loop);
    scope.spawn(std::move(task));
    settle(loop);
    EXPECT_TRUE(scope.empty());
  }
};

TEST_F(LoopTest, taskIsLazyAndHandsOverValuesAndExceptions) {
  bool ran = false;
  auto mark = [](bool& flag) -> Task<void> {
    flag = true;
    co_return;
  };
  static_cast<void>(mark(ran));
  EXPECT_FALSE(ran);
  int sum = 0;
  std::string caught;
  run([](int& total, std::string& text) -> Task<void> {
    total = co_await give(40);
    const int two = co_await give(2);
    total += two;
    auto owned = co_await giveOwned(std::make_unique<int>(7));
    EXPECT_EQ(7, *owned);
    try {
      co_await fail("as told");
    } catch (const std::runtime_error& error) {
      text = error.what();
    }
  }(sum, caught));
  EXPECT_EQ(42, sum);
  EXPECT_EQ("as told", caught);
}

TEST_F(LoopTest, aMillionChildrenThatNeverWaitUseNoStack) {
  std::uint64_t sum = 0;
  run([](std::uint64_t& total) -> Task<void> {
    for (int i = 0; i < 1'000'000; ++i) {
      const int value = co_await give(1);
      total += static_cast<unsigned>(value);
    }
  }(sum));
  EXPECT_EQ(1'000'000u, sum);
}

Task<int> nested(Loop& loop, int depth) {
  if (depth == 0) {
    co_await loop.yield();
    co_return 0;
  }
  const int below = co_await nested(loop, depth - 1);
  co_return below + 1;
}

TEST_F(LoopTest, deepChainsResumeAndDie) {
  int depth = 0;
  run([](Loop& l, int& d) -> Task<void> { d = co_await nested(l, 1000); }(loop, depth));
  EXPECT_EQ(1000, depth);
  Scope scope(loop);
  scope.spawn([](Loop& l) -> Task<void> { co_await nested(l, 1000); }(loop));
  EXPECT_FALSE(scope.empty());  // and the scope's end destroys 1,001 frames
}

// --- timers ---

TEST(TimerWheel, agreesWithASortedListAtRandom) {
  std::mt19937_64 random(7);
  std::vector<Timer> timers(5000);
  TimerWheel wheel;
  std::uint64_t now = 0;
  std::size_t left = timers.size();
  for (Timer& timer : timers) {
    const int bits = static_cast<int>(random() % 30);
    wheel.insert(timer, 1 + (random() & ((std::uint64_t{1} << bits) - 1)));
  }
  for (std::size_t i = 0; i < timers.size(); i += 3) {
    wheel.remove(timers[i]);
    --left;
  }
  while (left > 0) {
    const std::uint64_t next = wheel.next();
    ASSERT_NE(TimerWheel::kNever, next);
    const std::uint64_t before = now;
    now = random() % 4 == 0 ? next + random() % 100000 : next;
    wheel.advance(now, [&](Timer& timer) {
      EXPECT_GT(timer.tick, before);
      EXPECT_LE(timer.tick, now);
      --left;
    });
    for (Timer& timer : timers) {
      if (timer.linked()) {
        ASSERT_GT(timer.tick, now);
      }
    }
  }
  EXPECT_EQ(TimerWheel::kNever, wheel.next());
}

TEST(TimerWheel, aMillionTimers) {
  constexpr std::size_t kCount = 1'000'000;
  std::vector<Timer> timers(kCount);
  TimerWheel wheel;
  std::mt19937_64 random(1);
  using Steady = std::chrono::steady_clock;
  auto perTimer = [](Steady::time_point since) {
    return static_cast<double>((Steady::now() - since).count()) / kCount;
  };
  auto start = Steady::now();
  for (Timer& timer : timers) wheel.insert(timer, 1 + random() % 600'000);
  const double insert = perTimer(start);
  start = Steady::now();
  for (std::size_t i = 0; i < kCount; i += 2) wheel.remove(timers[i]);
  const double removal = perTimer(start) * 2;
  start = Steady::now();
  std::size_t fired = 0;
  std::uint64_t last = 0;
  for (std::uint64_t now = 1; now <= 600'000; now += 10) {
    wheel.advance(now, [&](Timer& timer) {
      EXPECT_GE(timer.tick, last);
      last = timer.tick;
      ++fired;
    });
  }
  wheel.advance(600'001, [&](Timer&) { ++fired; });
  EXPECT_EQ(kCount / 2, fired);
  std::printf("a million timers: insert %.0f ns, remove %.0f ns, fire %.0f ns each\n", insert,
              removal, perTimer(start) * 2);
}

TEST_F(LoopTest, sleepersWakeInOrderNeverEarly) {
  std::vector<int> woken;
  Scope scope(loop);
  for (int ms : {30, 10, 20, 5000, 70}) {
    scope.spawn([](Loop& l, Until until, int tag, std::vector<int>& out) -> Task<void> {
      const Wake wake = co_await l.sleep(until);
      EXPECT_EQ(Wake::timeout, wake);
      out.push_back(tag);
    }(loop, in(std::chrono::milliseconds(ms)), ms, woken));
  }
  pass(9ms);
  EXPECT_TRUE(woken.empty());
  pass(11ms);
  EXPECT_EQ((std::vector<int>{10, 20}), woken);
  pass(10000ms);
  EXPECT_EQ((std::vector<int>{10, 20, 30, 70, 5000}), woken);
  EXPECT_TRUE(scope.empty());
}

TEST_F(LoopTest, aDeadlineBetweenTwoTicksIsNotEarly) {
  Wake wake = Wake::ready;
  Scope scope(loop);
  scope.spawn([](Loop& l, Wake& out) -> Task<void> {
    const Until until{l.after(10'400us), {}};
    out = co_await l.sleep(until);
  }(loop, wake));
  pass(10ms);
  EXPECT_FALSE(scope.empty());
  pass(1ms);
  EXPECT_EQ(Wake::timeout, wake);
  EXPECT_TRUE(scope.empty());
}

TEST_F(LoopTest, theFirstCompletionWins) {
  Wait wait(loop, in(10ms));
  Wake wake = Wake::timeout;
  int resumed = 0;
  Scope scope(loop);
  scope.spawn([](Wait& w, Wake& out, int& count) -> Task<void> {
    out = co_await w;
    ++count;
  }(wait, wake, resumed));
  wait.complete(Wake::cancelled);
  wait.complete(Wake::ready);
  pass(20ms);
  EXPECT_EQ(Wake::cancelled, wake);
  EXPECT_EQ(1, resumed);
}

TEST_F(LoopTest, aHundredThousandSleepersCancelledAtOnce) {
  int cancelled = 0;
  Scope scope(loop);
  for (int i = 0; i < 100'000; ++i) {
    scope.spawn([](Loop& l, Until until, int& count) -> Task<void> {
      const Wake wake = co_await l.sleep(until);
      if (wake == Wake::cancelled) ++count;
    }(loop, in(std::chrono::milliseconds(1000 + i), scope.token()), cancelled));
  }
  scope.cancel();
  EXPECT_EQ(0, cancelled);  // cancel() marks, the loop runs
  settle(loop);
  EXPECT_EQ(100'000, cancelled);
  EXPECT_TRUE(scope.empty());
}

// --- every await point: cancelled, timed out, destroyed ---

// Each case suspends in one operation; what it returned is told by `end`.
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
      ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
  }
  ~Awaits() {
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
    Opened opened = co_await connect(t.loop, SocketAddress("127.0.0.1", listener.port()), until);
    if (opened.status != Status::ok) co_return opened.status;
    Status status = Status::ok;
    if (isServer) status = co_await opened.connection->acceptTls(context, until);
    else status = co_await opened.connection->startTls(context, "upstream.test", until);
    co_return status;
  }
  static Task<Status> offloading(Awaits& t, Until until, int ahead) {
    auto block = [gate = t.gate] { const std::lock_guard lock(*gate); };
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
    for (int i = 0; i < 5; ++i) {
      settle(loop);
      ::usleep(1000);  // for what is on its way through the loopback
    }
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

// --- either ---

struct EitherTest : Awaits {
  int ended = 0;
  Status status = Status::again;
  bool first = false, second = false;
  static Task<void> wait(EitherTest& t, Until until) {
    t.status = co_await either(t, until);
    t.first = t.pair.first->readSlot().ready;
    t.second = t.other.first->readSlot().ready;
    ++t.ended;
  }
};

TEST_F(EitherTest, tellsWhich) {
  Scope scope(loop);
  scope.spawn(wait(*this, in(1000ms)));
  settle(loop);
  other.second->tryWrite("x");
  settle(loop);
  EXPECT_EQ(1, ended);
  EXPECT_EQ(Status::ok, status);
  EXPECT_TRUE(!first && second);
}

TEST_F(EitherTest, peerThatLeavesWakes) {
  Scope scope(loop);
  scope.spawn(wait(*this, in(1000ms)));
  settle(loop);
  other.second.reset();
  settle(loop);
  EXPECT_TRUE(ended == 1 && second && other.first->hungUp());
  char buffer[4];
  EXPECT_EQ(Status::eof, other.first->tryRead(buffer).status);
}

TEST_F(EitherTest, bothAndDeadlineAndCancelInOneTurnWakeOnce) {
  Scope scope(loop);
  scope.spawn(wait(*this, in(1000ms, scope.token())));
  settle(loop);
  pair.second->tryWrite("x");
  other.second->tryWrite("x");
  clock.time += 2000ms;
  settle(loop);
  scope.cancel();
  settle(loop);
  EXPECT_EQ(1, ended);
  EXPECT_EQ(Status::ok, status);  // events go before timers
  EXPECT_TRUE(first && second);
}

TEST_F(EitherTest, whoWaitsOnADescriptorThatDiesIsCancelled) {
  Scope scope(loop);
  char buffer[1];
  pair.first->tryRead(buffer);
  scope.spawn([](EitherTest& t, Until until) -> Task<void> {
    const Wake wake = co_await Wait(t.loop, until, &t.pair.first->readSlot());
    t.status = toStatus(wake);
  }(*this, in(1000ms)));
  settle(loop);
  pair.first.reset();
  settle(loop);
  EXPECT_EQ(Status::cancelled, status);
}

// Two descriptors become readable in one batch. The first reader closes the second connection and
// opens another, which gets the same number: the event of the dead one must reach nobody.
TEST_F(EitherTest, descriptorReusedWithinOneBatch) {
  Scope scope(loop), victims(loop);
  char buffer[1];
  pair.first->tryRead(buffer);
  other.first->tryRead(buffer);
  const int number = other.first->socket().impl()->sockfd();
  ConnectionPtr fresh, freshPeer;
  Status victim = Status::again;
  scope.spawn([](EitherTest& t, Scope& doomed, ConnectionPtr& a, ConnectionPtr& b,
                 Until until) -> Task<void> {
    co_await Wait(t.loop, until, &t.pair.first->readSlot());
    doomed.cancel();
    t.other.first.reset();
    auto made = connectedPair(t.loop);
    a = std::move(made.first);
    b = std::move(made.second);
    char one[1];
    a->tryRead(one);  // empty: from here on only a true event makes it ready
  }(*this, victims, fresh, freshPeer, in(1000ms)));
  victims.spawn([](EitherTest& t, Status& out, Until until) -> Task<void> {
    const Wake wake = co_await Wait(t.loop, until, &t.other.first->readSlot());
    out = toStatus(wake);
  }(*this, victim, in(1000ms, victims.token())));
  settle(loop);
  pair.second->tryWrite("x");
  other.second->tryWrite("x");
  settle(loop);
  EXPECT_TRUE(scope.empty() && victims.empty());
  // The victim's event came first: it wakes once and finds no connection, rather than a wrong one.
  EXPECT_EQ(Status::ok, victim);
  ASSERT_EQ(number, fresh->socket().impl()->sockfd());
  EXPECT_FALSE(fresh->readSlot().ready);
}

// --- scopes ---

TEST_F(LoopTest, joinWaitsForAllAndThrowsTheFirstFailure) {
  std::string caught;
  int ended = 0;
  run([](Loop& l, std::string& text, int& count) -> Task<void> {
    Scope scope(l);
    for (int i = 0; i < 3; ++i) {
      scope.spawn([](Loop& inner, CancelToken cancel, int& n) -> Task<void> {
        const Wake wake = co_await inner.sleep(Until{kNever, cancel});
        EXPECT_EQ(Wake::cancelled, wake);
        co_await inner.yield();
        ++n;
      }(l, scope.token(), count));
    }
    scope.spawn([](Loop& inner) -> Task<void> {
      co_await inner.yield();
      co_await fail("one of four");
    }(l));
    try {
      co_await scope.join();
    } catch (const std::runtime_error& error) {
      text = error.what();
    }
    EXPECT_EQ(3, count);
  }(loop, caught, ended));
  EXPECT_EQ("one of four", caught);
}

TEST_F(LoopTest, cancelReachesTheWholeTree) {
  int ended = 0;
  auto leaf = [](Loop& l, CancelToken cancel, int& count) -> Task<void> {
    co_await l.sleep(Until{kNever, cancel});
    ++count;
  };
  auto branch = [&leaf](Loop& l, CancelToken cancel, int& count) -> Task<void> {
    Scope scope(l, cancel);
    scope.spawn(leaf(l, scope.token(), count));
    scope.spawn(leaf(l, scope.token(), count));
    co_await scope.join();
    ++count;
  };
  Scope root(loop);
  root.spawn(branch(loop, root.token(), ended));
  root.spawn(branch(loop, root.token(), ended));
  settle(loop);
  EXPECT_EQ(0, ended);
  root.cancel();
  settle(loop);
  EXPECT_EQ(6, ended);
  EXPECT_TRUE(root.empty());
}

// --- other threads ---

TEST(Mailbox, takesLettersFromManyThreads) {
  Loop loop;
  int sum = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&loop, &sum] {
      for (int i = 0; i < 5000; ++i) loop.post([&sum] { ++sum; });
    });
  }
  std::thread stopper([&] {
    for (std::thread& thread : threads) thread.join();
    loop.stop();
  });
  loop.run();
  stopper.join();
  loop.turn(false);
  EXPECT_EQ(20'000, sum);
}

TEST(Mailbox, outlivesItsLoop) {
  std::shared_ptr<Mailbox> mailbox;
  {
    Loop loop;
    mailbox = loop.mailbox();
  }
  EXPECT_FALSE(mailbox->post([] {}));
}

TEST(Offload, bringsValuesAndExceptionsBackToTheLoop) {
  Loop loop;
  WorkerPool workers(2, 64);
  Scope scope(loop);
  int sum = 0;
  for (int i = 0; i < 50; ++i) {
    scope.spawn([](Loop& l, WorkerPool& pool, int n, int& total) -> Task<void> {
      const auto home = std::this_thread::get_id();
      const Until until{l.after(10s), {}};
      const auto work = [n, home] {
        EXPECT_NE(home, std::this_thread::get_id());
        if (n % 10 == 9) throw std::runtime_error("ten");
        return std::string(static_cast<std::size_t>(n), 'x');
      };
      try {
        const auto made = co_await offload(pool, l, until, work);
        EXPECT_EQ(home, std::this_thread::get_id());
        EXPECT_EQ(static_cast<std::size_t>(n), made.value->size());
        ++total;
      } catch (const std::runtime_error&) {
        total += 100;
      }
    }(loop, workers, i, sum));
  }
  finish(scope);
  EXPECT_EQ(545, sum);
}

TEST(Offload, fullQueueSaysBusyAndAbandonedWorkIsNotRun) {
  Loop loop;
  auto ran = std::make_shared<std::atomic<int>>(0);
  int busy = 0;
  {
    WorkerPool workers(1, 2);
    std::mutex gate;
    std::atomic<bool> started = false;
    std::unique_lock lock(gate);
    workers.submit([&gate, &started] {
      started = true;
      const std::lock_guard inner(gate);
    });
    while (!started) std::this_thread::yield();
    {
      Scope scope(loop);
      for (int i = 0; i < 3; ++i) {
        scope.spawn([](Loop& l, WorkerPool& pool, std::shared_ptr<std::atomic<int>> count,
                       int& refused) -> Task<void> {
          const Until until{l.after(10s), {}};
          const auto work = [count] { ++*count; };
          const auto done = co_await offload(pool, l, until, work);
          if (done.status == Status::busy) ++refused;
        }(loop, workers, ran, busy));
      }
    }
    lock.unlock();
  }
  EXPECT_EQ(1, busy);
  EXPECT_EQ(0, *ran);
}

TEST(Offload, resultThatComesAfterTheCallerDiedIsDropped) {
  Loop loop;
  std::mutex gate;
  std::unique_lock lock(gate);
  auto kept = std::make_shared<int>(1);
  {
    WorkerPool workers(1, 2);
    std::atomic<bool> started = false;
    {
      Scope scope(loop);
      scope.spawn([](Loop& l, WorkerPool& pool, std::mutex& m, std::atomic<bool>& on,
                     std::shared_ptr<int> value) -> Task<void> {
        const Until until{l.after(10s), {}};
        const auto work = [&m, &on, value] {
          on = true;
          const std::lock_guard inner(m);
          return value;
        };
        co_await offload(pool, l, until, work);
        ADD_FAILURE() << "the caller was destroyed";
      }(loop, workers, gate, started, kept));
      while (!started) std::this_thread::yield();
    }
    lock.unlock();
  }
  settle(loop);
  EXPECT_EQ(1, kept.use_count());
}

// --- sockets and TLS ---

struct SocketTest : testing::Test {
  Loop loop;
  Listener listener{loop, SocketAddress("127.0.0.1", 0)};
  Certificates made = makeCertificates();
  TlsContext serverTls = TlsContext::server(made.cert, made.key);
  TlsContext clientTls = TlsContext::client(made.ca);
  Until soon() { return {loop.after(5s), {}}; }
  Task<Opened> dial() { return connect(loop, SocketAddress("127.0.0.1", listener.port()), soon()); }

  // Echoes one connection until its end; with `rude` leaves without close_notify.
  static Task<void> echo(SocketTest& t, bool tls, bool rude = false) {
    Opened opened = co_await t.listener.accept(t.soon());
    EXPECT_EQ(Status::ok, opened.status);
    ConnectionPtr& connection = opened.connection;
    if (tls) {
      const Status status = co_await connection->acceptTls(t.serverTls, t.soon());
      if (status != Status::ok) co_return;
    }
    std::vector<char> buffer(30'000);
    for (;;) {
      const Transfer got = co_await connection->read(buffer, t.soon());
      if (got.status != Status::ok) co_return;
      const std::string_view all(buffer.data(), got.bytes);
      const Status status = co_await connection->writeAll(all.substr(0, got.bytes / 3),
                                                          all.substr(got.bytes / 3), t.soon());
      if (status != Status::ok) co_return;
      if (rude) {
        connection->socket().shutdownSend();
        co_return;
      }
    }
  }
  static Task<void> send(Connection& connection, const std::string& what, Until until) {
    const Status status = co_await connection.writeAll(what.substr(0, 100), what, until);
    EXPECT_EQ(Status::ok, status);
  }
  // Sends while it receives, so that both directions fill up.
  static Task<void> roundTrip(SocketTest& t, bool tls, std::size_t size) {
    Opened opened = co_await t.dial();
    EXPECT_EQ(Status::ok, opened.status);
    Connection& connection = *opened.connection;
    if (tls) {
      const Status status = co_await connection.startTls(t.clientTls, "upstream.test", t.soon());
      EXPECT_EQ(Status::ok, status) << connection.tls()->reason();
      if (status != Status::ok) co_return;
    }
    std::string what(size, ' ');
    for (std::size_t i = 0; i < size; ++i) what[i] = static_cast<char>('a' + i * 7 % 26);
    Scope scope(t.loop);
    scope.spawn(send(connection, what, t.soon()));
    std::string back;
    std::vector<char> buffer(50'000);
    const std::size_t expected = size + std::min<std::size_t>(size, 100);
    while (back.size() < expected) {
      const Transfer got = co_await connection.read(buffer, t.soon());
      EXPECT_EQ(Status::ok, got.status);
      if (got.status != Status::ok) break;
      back.append(buffer.data(), got.bytes);
    }
    co_await scope.join();
    EXPECT_TRUE(back == what.substr(0, 100) + what);
  }
  void both(Task<void> one, Task<void> two) {
    Scope scope(loop);
    scope.spawn(std::move(one));
    scope.spawn(std::move(two));
    finish(scope);
  }
};

TEST_F(SocketTest, plainRoundTripOfAnySize) {
  for (std::size_t size : {1u, 5000u, 8'000'000u})
    both(echo(*this, false), roundTrip(*this, false, size));
}

TEST_F(SocketTest, tlsRoundTripOfAnySize) {
  for (std::size_t size : {1u, 5000u, 8'000'000u})
    both(echo(*this, true), roundTrip(*this, true, size));
}

TEST_F(SocketTest, refusedConnect) {
  Status status = Status::ok;
  const SocketAddress nobody("127.0.0.1", 1);
  Scope scope(loop);
  scope.spawn([](Loop& l, SocketAddress address, Until until, Status& out) -> Task<void> {
    Opened opened = co_await connect(l, address, until);
    out = opened.status;
  }(loop, nobody, soon(), status));
  finish(scope);
  EXPECT_EQ(Status::refused, status);
}

TEST_F(SocketTest, sessionIsResumedAndWrongNamesAndIssuersAreRefused) {
  struct Try {
    const char* host;
    bool known;
    Status status;
    bool resumed;
  };
  TlsContext strangers = TlsContext::client(makeCertificates().ca);
  for (const Try& expected :
       {Try{"upstream.test", true, Status::ok, false}, Try{"upstream.test", true, Status::ok, true},
        Try{"127.0.0.1", true, Status::ok, false}, Try{"elsewhere.test", true, Status::tls, false},
        Try{"127.0.0.2", true, Status::tls, false},
        Try{"upstream.test", false, Status::tls, false}}) {
    both(echo(*this, true), [](SocketTest& t, TlsContext& context, Try e) -> Task<void> {
      Opened opened = co_await t.dial();
      Connection& connection = *opened.connection;
      const Status status = co_await connection.startTls(context, e.host, t.soon());
      EXPECT_EQ(e.status, status) << e.host << ' ' << connection.tls()->reason();
      EXPECT_EQ(e.resumed, connection.tls()->resumed()) << e.host;
      if (status != Status::ok) co_return;
      co_await send(connection, "x", t.soon());
      char buffer[16];
      co_await connection.read(buffer, t.soon());  // the server's tickets come with the first read
    }(*this, expected.known ? clientTls : strangers, expected));
  }
}

TEST_F(SocketTest, tlsEndWithoutCloseNotifyIsABreak) {
  both(echo(*this, true, true), [](SocketTest& t) -> Task<void> {
    Opened opened = co_await t.dial();
    Connection& connection = *opened.connection;
    const Status status = co_await connection.startTls(t.clientTls, "upstream.test", t.soon());
    EXPECT_EQ(Status::ok, status);
    co_await send(connection, "x", t.soon());
    char buffer[16];
    Transfer got{Status::ok, 0};
    while (got.status == Status::ok) got = co_await connection.read(buffer, t.soon());
    EXPECT_EQ(Status::reset, got.status);
  }(*this));
}

TEST_F(SocketTest, silentTlsPeerRunsIntoTheDeadline) {
  Status status = Status::ok;
  Scope scope(loop);
  scope.spawn([](SocketTest& t, Status& out) -> Task<void> {
    Opened opened = co_await t.dial();
    const Until until{t.loop.after(30ms), {}};
    out = co_await opened.connection->startTls(t.clientTls, "upstream.test", until);
  }(*this, status));
  finish(scope);
  EXPECT_EQ(Status::timeout, status);
}

}  // namespace
}  // namespace sluice::io::test
