#include "io/echo_fixture.hpp"

namespace sluice::io::test {
namespace {

using Poco::Net::SocketAddress;

TEST_F(EchoTest, plainRoundTripOfAnySize) {
  for (std::size_t size : {1u, 5000u, 8'000'000u})
    both(echo(*this, false), roundTrip(*this, false, size));
}

TEST_F(EchoTest, refusedConnect) {
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

}  // namespace
}  // namespace sluice::io::test
