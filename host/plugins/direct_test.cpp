#include <gtest/gtest.h>

#include <latch>
#include <optional>

#include "io/offload.hpp"
#include "plugins/test_support.hpp"

using namespace sluice;
using namespace sluice::plugins;
using namespace sluice::plugins::test;

namespace {

using namespace std::chrono_literals;

const std::string kWho = "it (org.example.threaded): ";

class Direct : public ::testing::Test {
 protected:
  // Starts it, and gives up the strings of the request at once: the operation has copies.
  std::unique_ptr<DirectCall> start(const char* component, std::string model,
                                    std::string body = "word ",
                                    std::string_view dialect = kCanonicalChat) {
    if (!instance_) instance_ = makeInstance("direct", component);
    Request request;
    request.model = model;
    request.body = body;
    request.dialect = dialect;
    auto call = instance_->start(request, loop_, workers_, fault_);
    model.assign(model.size(), '?');
    body.assign(body.size(), '?');
    return call;
  }
  // Drains until the operation has finished.
  void finish(DirectCall& call) {
    io::Scope scope(loop_);
    scope.spawn(drainAll(*this, call));
    while (!scope.empty()) loop_.turn(true);
  }
  static io::Task<void> drainAll(Direct& test, DirectCall& call) {
    while (call.drain(test.sink_, test.outcome_)) {
      const io::Until until{test.loop_.after(60s), {}};
      const io::Wake wake = co_await io::Wait(test.loop_, until, &call.slot());
      if (wake != io::Wake::ready) {
        ADD_FAILURE() << "nothing came";
        co_return;
      }
    }
  }
  // Turns the loop until something can be drained.
  void awaitSlot(DirectCall& call) {
    while (!call.slot().ready) loop_.turn(true);
  }

  Log log_;
  io::Loop loop_;
  io::WorkerPool workers_{2, 2};
  std::shared_ptr<const Instance> instance_;
  Fault fault_;
  std::optional<Fault> outcome_;
  Recorder sink_;
};

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST_F(Direct, AnOperationThatIsDoneInStart) {
  auto call = start("threaded", "stream:3", "word ", "sync");
  ASSERT_TRUE(call);
  EXPECT_TRUE(call->slot().ready);
  EXPECT_EQ(log_.count(kWho + "released"), 1) << "though the call still lives";
  EXPECT_FALSE(call->drain(sink_, outcome_));
  EXPECT_EQ(sink_.text, "word word word ");
  EXPECT_FALSE(outcome_);
}

TEST_F(Direct, AnOperationWithAThreadOfItsOwn) {
  auto call = start("threaded", "stream:20");
  finish(*call);
  EXPECT_EQ(sink_.text, repeated("word ", 20));
  EXPECT_FALSE(outcome_);
  EXPECT_FALSE(call->drain(sink_, outcome_)) << "it stays finished";
  EXPECT_EQ(sink_.count, 20);
  EXPECT_EQ(log_.count(kWho + "released"), 1) << "while the call still lives";
}

TEST_F(Direct, AnOperationThatBlocks) {
  auto call = start("blocking", "stream:20");
  finish(*call);
  EXPECT_EQ(sink_.text, repeated("word ", 20));
  log_.await("it (org.example.blocking): released");  // by the worker, when start() has returned
}

TEST_F(Direct, ReleaseIsNotCalledOnTheLoopThatStarted) {
  auto call = start("threaded", "stream:3", "word ", "sync");
  ASSERT_EQ(log_.lines(), std::vector<std::string>{kWho + "released"});
  EXPECT_NE(log_.threads().front(), std::this_thread::get_id());
}

TEST_F(Direct, AControlCallThatLastsIsNamedWhileItDoes) {
  instance_ = makeInstance("slow", "releasing");
  Request request;
  request.model = "2500";
  auto call = instance_->start(request, loop_, workers_, fault_);
  ASSERT_TRUE(call) << fault_.message;
  log_.await(
      "it (org.example.releasing): release() has taken 2 s and goes on; what other plugins have to "
      "retire, release or end waits for it");
  EXPECT_EQ(log_.lines().back(), "it (org.example.releasing): released");
}

TEST_F(Direct, AFailureComesAfterWhatWasPushed) {
  auto call = start("threaded", "fail");
  finish(*call);
  EXPECT_EQ(sink_.text, "half");
  EXPECT_EQ(must(outcome_).code, Code::unavailable);
  EXPECT_EQ(must(outcome_).message, "the index is being rebuilt");
}

TEST_F(Direct, WhatDoesNotStartIsAFault) {
  EXPECT_EQ(start("threaded", "refuse"), nullptr);
  EXPECT_EQ(fault_.code, Code::notFound);
  EXPECT_EQ(fault_.message, "no such model");
}

TEST_F(Direct, WhatDoesNotStartOnAWorkerIsToldByDrain) {
  auto call = start("blocking", "refuse");
  finish(*call);
  EXPECT_EQ(must(outcome_).message, "no such model");
}

TEST_F(Direct, APluginThatRunsAheadIsPausedUntilHalfIsTaken) {
  const std::string block(100'000, 'x');
  auto call = start("threaded", "stream:9", block);
  // Three blocks are more than 256 KiB: the third is answered by a pause, and no fourth comes.
  log_.await(kWho + "paused");
  sink_.answer = ChunkSink::Answer::pause;  // one block at a time
  awaitSlot(*call);
  EXPECT_TRUE(call->drain(sink_, outcome_));
  EXPECT_EQ(sink_.count, 1);
  EXPECT_TRUE(call->slot().ready) << "the rest has not been taken";
  EXPECT_TRUE(call->drain(sink_, outcome_));
  EXPECT_EQ(sink_.count, 2) << "only now less than half is left";
  sink_.answer = ChunkSink::Answer::more;
  finish(*call);
  EXPECT_EQ(sink_.text.size(), 9 * block.size());
  EXPECT_FALSE(outcome_);
}

TEST_F(Direct, PausesAndResumesRaceAndNothingIsLost) {
  const std::string block(40'000, 'x');
  auto call = start("threaded", "stream:2000", block);
  finish(*call);
  EXPECT_EQ(sink_.count, 2000);
  EXPECT_EQ(sink_.text.size(), 2000 * block.size());
}

TEST_F(Direct, APluginThatIgnoresThePauseIsStopped) {
  auto call = start("threaded", "deaf:2000", std::string(1 << 20, 'x'), "sync");
  EXPECT_FALSE(call->drain(sink_, outcome_));
  EXPECT_EQ(sink_.count, 64) << "64 MiB and no more";
  EXPECT_EQ(must(outcome_).message, kWho + "the plugin did not pause when it was told to");
}

TEST_F(Direct, ACallThatIsDestroyedIsCancelled) {
  auto call = start("threaded", "wait");
  awaitSlot(*call);
  call.reset();
  instance_.reset();
  log_.await(kWho + "destroyed");
  const auto lines = log_.lines();
  EXPECT_EQ(lines,
            (std::vector<std::string>{kWho + "stopped", kWho + "released", kWho + "destroyed"}));
}

TEST_F(Direct, WhatPushesAfterTheCallIsGoneIsTold) {
  auto call = start("blocking", "until refused");
  awaitSlot(*call);
  call.reset();  // push() says so; this plugin does not look at cancel()
  const std::string stopped = "it (org.example.blocking): stopped";
  log_.await(stopped);
  EXPECT_EQ(log_.count(stopped), 1);
}

TEST_F(Direct, AnOperationThatWaitsForAWorkerIsNeverStartedOnceItIsDestroyed) {
  const auto busy = std::make_shared<std::latch>(2);  // shared: one may outlast this test
  const auto go = std::make_shared<std::latch>(1);
  for (int i = 0; i < 2; ++i) {
    workers_.submit([busy, go] {
      busy->count_down();
      go->wait();
    });
  }
  busy->wait();
  auto dropped = start("blocking", "stream");
  auto kept = start("blocking", "stream");
  EXPECT_EQ(start("blocking", "stream"), nullptr) << "two wait already";
  EXPECT_EQ(fault_.code, Code::unavailable);
  EXPECT_EQ(fault_.reason, Reason::overloaded);
  EXPECT_TRUE(fault_.retryable);
  EXPECT_EQ(fault_.message, "busy: all workers for blocking plugins are taken");
  dropped.reset();
  go->count_down();
  finish(*kept);
  EXPECT_EQ(sink_.text, "word ");
  kept.reset();
  instance_.reset();
  log_.await("it (org.example.blocking): destroyed");
  EXPECT_EQ(log_.count("it (org.example.blocking): released"), 1);
}

TEST_F(Direct, FinishingTwiceIsLoggedAndIgnored) {
  auto call = start("threaded", "twice", "", "sync");
  EXPECT_FALSE(call->drain(sink_, outcome_));
  EXPECT_EQ(log_.count(kWho + "finished twice; ignored"), 1);
  EXPECT_EQ(log_.count(kWho + "released"), 1);
}

TEST_F(Direct, PushingAfterTheEndIsLoggedAndIgnored) {
  auto call = start("threaded", "late", "", "sync");
  EXPECT_FALSE(call->drain(sink_, outcome_));
  EXPECT_EQ(sink_.count, 0);
  EXPECT_EQ(log_.count(kWho + "pushed after it had finished; ignored"), 1);
}

TEST_F(Direct, TheInstanceLivesUntilTheOperationIsReleased) {
  auto call = start("threaded", "stream:5");
  instance_.reset();
  finish(*call);
  EXPECT_EQ(sink_.count, 5);
  call.reset();
  EXPECT_EQ(log_.lines().back(), kWho + "destroyed");
}

TEST_F(Direct, AnOperationMayOutliveItsLoop) {
  std::unique_ptr<DirectCall> call;
  {
    io::Loop loop;
    instance_ = makeInstance("direct", "threaded");
    Request request;
    request.model = "until refused";
    call = instance_->start(request, loop, workers_, fault_);
    call.reset();
  }
  instance_.reset();
  log_.await(kWho + "destroyed");
  EXPECT_EQ(log_.count(kWho + "released"), 1);
}

// Many operations, cancelled at whatever moment they have reached; the sanitizers look on.
TEST_F(Direct, CancellingRacesWithEverything) {
  constexpr int kRounds = 300;
  for (const char* component : {"threaded", "blocking"}) {
    instance_ = makeInstance("direct", component);
    for (int i = 0; i < kRounds; ++i) {
      auto call = start(component, "stream:20", std::string(20'000, 'x'));
      if (!call) continue;  // the workers are busy with those before
      for (int turns = i % 7; turns > 0; --turns) {
        loop_.turn(false);
        if (!call->drain(sink_, outcome_)) break;
      }
    }
    const auto made = instance_->componentId();
    instance_.reset();
    log_.await("it (" + made + "): destroyed");
  }
}

}  // namespace
