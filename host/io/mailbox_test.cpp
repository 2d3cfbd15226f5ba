#include "io/mailbox.hpp"

#include <thread>
#include <vector>

#include "io/test_support.hpp"

namespace sluice::io::test {
namespace {

TEST(Mailbox, takesLettersFromManyThreads) {
  Loop loop;
  int sum = 0;
  std::vector<std::thread> threads;
  threads.reserve(4);
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

TEST(Mailbox, dropsItsLettersWhenItsLoopIsOver) {
  Loop loop;
  const auto held = std::make_shared<int>();
  EXPECT_TRUE(loop.post([held] {}));
  loop.closeMailbox();
  EXPECT_EQ(1, held.use_count());
  EXPECT_FALSE(loop.post([held] {}));
  EXPECT_EQ(1, held.use_count());
}

TEST(Mailbox, outlivesItsLoop) {
  std::shared_ptr<Mailbox> mailbox;
  {
    Loop loop;
    mailbox = loop.mailbox();
  }
  EXPECT_FALSE(mailbox->post([] {}));
}

}  // namespace
}  // namespace sluice::io::test
