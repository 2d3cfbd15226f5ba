// ServerConnection: one client's connection, from its first byte to its last: requests one after
// the other, each read whole, handed to its handler, answered. Pipelined requests wait their turn.
// Threads: one loop.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "http/exchange.hpp"
#include "http/gate.hpp"
#include "http/loop_state.hpp"
#include "io/list.hpp"
#include "io/socket.hpp"

namespace sluice::http {

struct ConnectionTag;

class ServerConnection : public io::Link<ConnectionTag> {
 public:
  ServerConnection(LoopState& state, io::ConnectionPtr connection);

  io::Task<void> run();  // until the connection is over; it is then to be closed

  void drain() noexcept;  // ends an idle connection; one with a request ends after it
  void stop() noexcept;   // cancels the handler that runs; ends all else at once

  // Bytes that are read ahead of the request being answered.
  static constexpr std::size_t kMaxAhead = 64 << 10;

 private:
  enum class Next : std::uint8_t { more, pause, askForBody, request, answer, over };
  io::Task<bool> secure();
  io::Task<Next> receive();
  Next advance();
  Next take(std::span<char>& bytes);
  Next takeHead(std::span<char>& bytes);
  Next refuse(Answer answer, bool readable);
  void restate(Answer& answer) const;
  void noteRefusal(int status);
  Next late();
  io::Task<void> serve();
  io::Task<void> watch();
  void failed(std::string_view what);
  io::Task<void> settle();
  io::Task<void> linger();
  void breakOff() noexcept;
  bool unread() noexcept;
  io::Loop& loop() const noexcept { return state_.loop; }

  LoopState& state_;
  io::CancelSource life_;
  std::shared_ptr<io::TlsContext> tls_;  // outlives connection_
  io::ConnectionPtr connection_;
  std::unique_ptr<Exchange> exchange_;  // while there is a request
  LoopHandler* handler_ = nullptr;
  Restate restate_ = nullptr;  // of the path that was asked for
  std::size_t bodyLimit_ = 0;
  io::Deadline deadline_ = io::kNever;  // of what is being received
  std::string ahead_;                   // read, but of the next requests
  std::size_t aheadTaken_ = 0;
  Answer answer_;
  bool closing_ = false;
  bool midRequest_ = false;  // the rest of a request that was refused may still come
};

}  // namespace sluice::http
