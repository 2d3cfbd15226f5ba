#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "io/echo_fixture.hpp"

namespace sluice::io::test {
namespace {

using Poco::Net::SocketAddress;

TEST_F(EchoTest, plainRoundTripOfAnySize) {
  for (std::size_t size : {1u, 5000u, 8'000'000u})
    both(echo(*this, false), roundTrip(*this, false, size));
}

TEST_F(EchoTest, refusedConnectSaysWhy) {
  Status status = Status::ok;
  int error = 0;
  const SocketAddress nobody("127.0.0.1", 1);
  Scope scope(loop);
  scope.spawn([](Loop& l, SocketAddress address, Until until, Status& out, int& why) -> Task<void> {
    Opened opened = co_await connect(l, address, until);
    out = opened.status;
    why = opened.error;
  }(loop, nobody, soon(), status, error));
  finish(scope);
  EXPECT_EQ(Status::refused, status);
  EXPECT_EQ(ECONNREFUSED, error);
}

TEST_F(EchoTest, connectionsStayOutOfChildProcesses) {
  Scope scope(loop);
  scope.spawn([](EchoTest& t) -> Task<void> {
    Opened out = co_await t.dial();
    Opened in = co_await t.listener.accept(t.soon());
    for (const Opened* one : {&out, &in}) {
      const int fd = one->connection->socket().impl()->sockfd();
      EXPECT_EQ(FD_CLOEXEC, ::fcntl(fd, F_GETFD) & FD_CLOEXEC);
    }
  }(*this));
  finish(scope);
}

TEST_F(EchoTest, connectWithoutDescriptorsIsBusy) {
  const SocketAddress address("127.0.0.1", listener.port());
  rlimit before{};
  ASSERT_EQ(0, ::getrlimit(RLIMIT_NOFILE, &before));
  const int next = ::dup(0);
  ASSERT_GE(next, 0);
  ::close(next);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next);
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &none));
  Status status = Status::ok;
  Scope scope(loop);
  scope.spawn([](Loop& l, SocketAddress address, Until until, Status& out) -> Task<void> {
    Opened opened = co_await connect(l, address, until);
    out = opened.status;
  }(loop, address, soon(), status));
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_TRUE(scope.empty());
  EXPECT_EQ(Status::busy, status);
}

}  // namespace
}  // namespace sluice::io::test
