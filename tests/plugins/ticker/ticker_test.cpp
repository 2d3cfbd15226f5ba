#include <gtest/gtest.h>

#include <condition_variable>
#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

// A reader of a ticker's call: pauses after some pushes, waits for what comes next.
struct Reader {
  explicit Reader(std::size_t pauseEvery) : every(pauseEvery) {
    sink.struct_size = sizeof sink;
    sink.host_data = this;
    sink.push = [](sluice_sink* self, const sluice_chunk* chunk) -> sluice_status {
      auto& reader = *static_cast<Reader*>(self->host_data);
      const std::lock_guard<std::mutex> lock(reader.mutex);
      reader.log += describe(*chunk) + "\n";
      if (++reader.pushes % reader.every != 0) return SLUICE_OK;
      reader.paused = true;
      reader.changed.notify_all();
      return SLUICE_PAUSE;
    };
    sink.finish = [](sluice_sink* self, const sluice_error* err) {
      auto& reader = *static_cast<Reader*>(self->host_data);
      const std::lock_guard<std::mutex> lock(reader.mutex);
      if (err) reader.log += describe(*err) + "\n";
      ++reader.finished;
      reader.changed.notify_all();
    };
  }
  // True: paused, else finished.
  bool wait() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return paused || finished; });
    const bool was = paused && !finished;
    paused = false;
    return was;
  }
  sluice_sink sink{};
  std::mutex mutex;
  std::condition_variable changed;
  const std::size_t every;
  std::size_t pushes = 0;
  bool paused = false;
  int finished = 0;
  std::string log;
};

struct TickerTest : ::testing::Test {
  Host host;
  Instance ticker{"test.ticker", host, R"({"ticks":3})"};
  const sluice_direct& direct = *ticker.direct();
  sluice_request request = chat("ticker", "{}", true);
  sluice_error error = emptyError();
  void* call = nullptr;
};

const char* const kAll =
    "start id=\"ticker\" name=\"ticker\"\ntext \"tick \"\ntext \"tick \"\ntext \"tick \"\n"
    "finish stop\nusage output=3\n";

TEST_F(TickerTest, ResumesWhereItPaused) {
  for (const std::size_t every : {1u, 2u, 100u}) {
    Reader reader(every);
    ASSERT_EQ(direct.start(ticker.get(), &request, &reader.sink, &call, &error), SLUICE_OK);
    while (reader.wait()) direct.resume(call);
    direct.release(call);
    EXPECT_EQ(reader.log, kAll);
    EXPECT_EQ(reader.finished, 1);
  }
}

TEST_F(TickerTest, CancelEndsAPause) {
  Reader reader(2);
  ASSERT_EQ(direct.start(ticker.get(), &request, &reader.sink, &call, &error), SLUICE_OK);
  ASSERT_TRUE(reader.wait());
  direct.cancel(call);
  ASSERT_FALSE(reader.wait());
  direct.release(call);
  EXPECT_EQ(reader.log,
            "start id=\"ticker\" name=\"ticker\"\ntext \"tick \"\nerror CANCELLED \"cancelled\"\n");
  EXPECT_EQ(reader.finished, 1);
}

}  // namespace
