// Exchange: one request and its answer, as a handler sees them. The request is whole; the answer
// goes out as it is written.
// Threads: one loop.
#pragma once

#include <Poco/Net/SocketAddress.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "calls/client.hpp"
#include "http/errors.hpp"
#include "http/loop_state.hpp"
#include "http/request_id.hpp"
#include "http/request_reader.hpp"
#include "io/socket.hpp"

namespace sluice::http {

class Exchange final : public calls::Client {
 public:
  explicit Exchange(LoopState& state) noexcept : state_(state) {}
  ~Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // The request. Views hold as long as the exchange.
  const wire::RequestHead& head() const noexcept { return reader_.head(); }
  std::string& body() noexcept {
    return reader_.body();
  }  // with 64 bytes of capacity behind its end
  std::string_view pathRest() const noexcept { return pathRest_; }  // what {id...} took
  std::string_view requestId() const noexcept { return id_.view(); }
  io::TimePoint received() const noexcept { return received_; }  // when its first byte was seen
  bool secure() const noexcept { return connection_->tls() != nullptr; }
  // Of the peer or the nearest proxy; that of nobody if it has gone already.
  Poco::Net::SocketAddress peer() const;
  Poco::Net::SocketAddress local() const;
  io::Loop& loop() const noexcept { return state_.loop; }

  const wire::Fields& fields() const noexcept override { return head().fields; }

  // The answer; see calls::Client. After Left::shutdown an answer can still be ended: writing is
  // then bounded by kFarewell instead of the token.
  void begin(int status, std::string_view contentType, std::string_view fields,
             std::optional<std::size_t> length) override;
  bool begun() const noexcept override { return status_ != 0; }
  io::Status write(std::string_view bytes) override;
  io::Task<io::Status> drain() override;
  io::Task<io::Status> finish(std::string_view last, bool keep) override;
  Left left() const noexcept override { return left_; }

  // A whole answer: begin and finish. `body` must live until the task has ended.
  io::Task<io::Status> answer(int status, std::string_view contentType, std::string_view fields,
                              std::string_view body);
  io::Task<io::Status> answer(const Answer& answer);

  int status() const noexcept { return status_; }       // 0: no answer has begun
  bool finished() const noexcept { return finished_; }  // the answer went out whole

  static constexpr std::chrono::milliseconds kFarewell{1000};

 private:
  friend class ServerConnection;
  friend class ExchangePool;
  enum class Framing : std::uint8_t { none, length, chunked, untilClose };

  // From the pool, for a new request. Both outlive it.
  void start(io::Connection& connection, io::CancelSource& life);
  void rest() noexcept;  // back to the pool
  void leave(Left why) noexcept;
  bool reusable() const noexcept { return finished_ && keep_; }
  Framing framingFor(int status, bool hasLength) const noexcept;
  void appendCommonFields();
  io::Status send(std::string_view bytes);
  io::Status sendChunk(std::string_view bytes, std::string_view end);
  io::Status sendFramed(std::string_view bytes, std::string_view end);
  io::Status sent(io::Transfer result);
  io::Until writeUntil() const noexcept;

  LoopState& state_;
  io::Connection* connection_ = nullptr;
  io::CancelSource* cancel_ = nullptr;  // of the handler while it runs, else of the connection
  RequestReader reader_;
  RequestId id_;
  io::TimePoint received_;
  io::Deadline farewell_ = io::kNever;
  std::chrono::milliseconds writeTimeout_{};
  std::string pathRest_;
  std::string_view corsOrigin_;  // of a page that may read the answer; empty: none

  std::string pending_;         // head or bytes that are still to be sent
  std::uint64_t bodyLeft_ = 0;  // with Framing::length
  int status_ = 0;
  Framing framing_ = Framing::none;
  Left left_ = Left::no;
  bool omitBody_ = false;
  bool keep_ = true;
  bool gone_ = false;  // nothing can be sent any more
  bool finished_ = false;
};

}  // namespace sluice::http
