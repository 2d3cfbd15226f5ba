#include "http/connection.hpp"

#include <Poco/Exception.h>

#include <exception>
#include <utility>

#include "telemetry/log.hpp"

namespace sluice::http {

namespace {

using Left = calls::Client::Left;
using std::chrono::milliseconds;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
// How long, and for how many bytes, a client that was answered early may go on sending.
constexpr milliseconds kLinger{1000};
constexpr std::size_t kLingerBytes = 16 << 20;
// How long a connection that was made while the server drains may be silent.
constexpr milliseconds kDrainIdle{1000};
// A large body gives way to others after so many reads.
constexpr int kReadsInOneGo = 8;
// How often a client is looked after whose requests fill what may be read ahead.
constexpr milliseconds kGlance{250};

std::string describe(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Poco::Exception& exception) {
    return exception.displayText();
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "an exception of unknown type";
  }
}

}  // namespace

ServerConnection::ServerConnection(LoopState& state, io::ConnectionPtr connection)
    : state_(state), tls_(state.tls), connection_(std::move(connection)) {}

void ServerConnection::drain() noexcept {
  // A request that is here already gets an answer, if only that it came too late.
  if (exchange_ == nullptr && !connection_->hasUnread()) life_.cancel();
}

void ServerConnection::stop() noexcept {
  closing_ = true;
  if (handler_ != nullptr) exchange_->leave(Left::shutdown);
  else life_.cancel();
}

io::Task<void> ServerConnection::run() {
  const bool secured = co_await secure();
  while (secured && !closing_) {
    const Next next = co_await receive();
    if (next == Next::over) break;
    if (next == Next::request) {
      co_await serve();
    } else {
      const Answer answer = std::exchange(answer_, Answer());
      static_cast<void>(co_await exchange_->answer(answer));
    }
    co_await settle();
  }
  if (exchange_ != nullptr) state_.exchanges.giveBack(std::move(exchange_));
}

io::Task<bool> ServerConnection::secure() {
  if (tls_ == nullptr) co_return true;
  const io::Until until{loop().after(state_.settings->limits.headTimeout), life_.token()};
  const io::Status status = co_await connection_->acceptTls(*tls_, until);
  co_return status == io::Status::ok;
}

// --- receiving ---

io::Task<ServerConnection::Next> ServerConnection::receive() {
  deadline_ = loop().after(state_.draining ? kDrainIdle : state_.settings->limits.keepAlive);
  for (;;) {
    const Next next = advance();
    const io::Until until{deadline_, life_.token()};
    if (next == Next::pause) {
      co_await loop().yield();
    } else if (next == Next::askForBody) {
      const io::Status sent = co_await connection_->writeAll(kContinue, {}, until);
      if (sent != io::Status::ok) co_return Next::over;
    } else if (next == Next::more) {
      const io::Wake wake = co_await io::Wait(loop(), until, &connection_->readSlot());
      if (wake == io::Wake::timeout) co_return late();
      if (wake == io::Wake::cancelled) co_return Next::over;
    } else {
      co_return next;
    }
  }
}

// Takes what there is, as far as it goes without waiting. Bytes are read into the loop's scratch,
// so that a connection at rest has no buffer of its own.
ServerConnection::Next ServerConnection::advance() {
  if (aheadTaken_ < ahead_.size()) {
    std::span<char> bytes = std::span(ahead_).subspan(aheadTaken_);
    const Next next = take(bytes);
    aheadTaken_ = ahead_.size() - bytes.size();
    if (next != Next::more) return next;
  }
  ahead_ = std::string();
  aheadTaken_ = 0;
  for (int reads = 0; reads < kReadsInOneGo; ++reads) {
    const io::Transfer got = connection_->tryRead(loop().scratch());
    if (got.status == io::Status::again) return Next::more;
    if (got.status != io::Status::ok) return Next::over;
    std::span<char> bytes = std::span(loop().scratch()).first(got.bytes);
    const Next next = take(bytes);
    ahead_.append(bytes.data(), bytes.size());
    if (next != Next::more) return next;
  }
  return Next::pause;
}

ServerConnection::Next ServerConnection::take(std::span<char>& bytes) {
  if (exchange_ == nullptr) {
    exchange_ = state_.exchanges.take(state_);
    exchange_->start(*connection_, life_);
    restate_ = nullptr;
    deadline_ = loop().after(state_.settings->limits.headTimeout);
  }
  RequestReader& reader = exchange_->reader_;
  if (reader.inHead()) {
    const Next next = takeHead(bytes);
    if (next != Next::request) return next;
  }
  const bool asked = reader.head().expectContinue && bytes.empty() && reader.body().empty();
  switch (reader.takeBody(bytes, bodyLimit_)) {
    case RequestReader::Body::whole: return Next::request;
    case RequestReader::Body::more: return asked ? Next::askForBody : Next::more;
    case RequestReader::Body::broken:
      return refuse(errorAnswer(400, "malformed_body", "The chunks of the body are malformed."),
                    false);
    case RequestReader::Body::tooLarge: break;
  }
  return refuse(tooLargeAnswer(bodyLimit_), false);
}

// `request`: the head is whole and admitted; its body may be read.
ServerConnection::Next ServerConnection::takeHead(std::span<char>& bytes) {
  RequestReader& reader = exchange_->reader_;
  switch (reader.takeHead(bytes)) {
    case RequestReader::Head::more: return Next::more;
    case RequestReader::Head::fault:
      restate_ = state_.router.restateAt(reader.head().path);
      return refuse(headFaultAnswer(reader.fault()), false);
    case RequestReader::Head::whole: break;
  }
  const Settings& settings = *state_.settings;
  Decision decision = decide(reader.head(), state_.router, settings,
                             Circumstances{tls_ != nullptr, state_.draining});
  exchange_->corsOrigin_ = decision.corsOrigin;
  exchange_->pathRest_ = std::move(decision.rest);
  restate_ = decision.restate;
  bodyLimit_ = settings.limits.maxBodyBytes;
  if (decision.route == nullptr) {
    // With the body already here the connection can go on.
    const bool whole = !reader.head().expectContinue && bytes.size() <= bodyLimit_ &&
                       reader.takeBody(bytes, bodyLimit_) == RequestReader::Body::whole;
    return refuse(std::move(decision.answer), whole);
  }
  handler_ = decision.route->handler.get();
  deadline_ = loop().after(settings.limits.bodyTimeout);
  return Next::request;
}

// `readable`: what follows is the next request.
ServerConnection::Next ServerConnection::refuse(Answer answer, bool readable) {
  if (answer.status >= 400) noteRefusal(answer.status);
  restate(answer);
  answer_ = std::move(answer);
  handler_ = nullptr;
  if (!readable) {
    exchange_->keep_ = false;
    midRequest_ = true;
  }
  return Next::answer;
}

// An error of ours in the dialect of who asked.
void ServerConnection::restate(Answer& answer) const {
  if (restate_ != nullptr && answer.status >= 400) {
    restate_(answer, exchange_->head(), exchange_->requestId());
  }
}

void ServerConnection::noteRefusal(int status) {
  if (!telemetry::Log::wants(telemetry::LogLevel::debug)) return;
  telemetry::Log::say(telemetry::LogLevel::debug, "request refused",
                      {{"id", exchange_->requestId()},
                       {"peer", exchange_->peer().toString()},
                       {"method", exchange_->head().method},
                       {"path", exchange_->head().path},
                       {"status", std::to_string(status)}});
}

ServerConnection::Next ServerConnection::late() {
  if (exchange_ == nullptr) return Next::over;
  const bool head = exchange_->reader_.inHead();
  return refuse(errorAnswer(408, "request_timeout",
                            head ? "The head of the request did not come in time."
                                 : "The body of the request did not come in time."),
                false);
}

// --- answering ---

io::Task<void> ServerConnection::serve() {
  io::CancelSource cancel;
  exchange_->cancel_ = &cancel;
  const io::CancelToken token = cancel.token();
  try {
    // Dies with the handler's task: the watching then ends at once, without a turn of the loop.
    io::Scope watching(loop());
    if (!handler_->quick()) watching.spawn(watch());
    io::Task<void> handled = handler_->handle(*exchange_, token);
    co_await std::move(handled);
    if (!exchange_->begun() && exchange_->left() == Left::no) failed("the handler gave no answer");
  } catch (...) {
    failed(describe(std::current_exception()));
  }
  handler_ = nullptr;
  exchange_->cancel_ = &life_;
  if (exchange_->begun() || exchange_->gone_) co_return;
  Answer answer;
  if (exchange_->left() == Left::shutdown) {
    answer = unavailableAnswer("shutting_down", "The server is shutting down.");
  } else {
    answer = errorAnswer(500, "internal_error", "The request could not be answered.");
  }
  restate(answer);
  static_cast<void>(co_await exchange_->answer(answer));
}

void ServerConnection::failed(std::string_view what) {
  telemetry::Log::say(telemetry::LogLevel::error, "request failed",
                      {{"id", exchange_->requestId()},
                       {"method", exchange_->head().method},
                       {"path", exchange_->head().path},
                       {"error", what}});
}

// Reads ahead while a handler runs, so that a client that leaves is noticed at once.
io::Task<void> ServerConnection::watch() {
  for (;;) {
    if (ahead_.size() - aheadTaken_ >= kMaxAhead) {
      const io::Until glance{loop().after(kGlance), {}};
      static_cast<void>(co_await loop().sleep(glance));
      if (connection_->hungUp()) break;
      continue;
    }
    const io::Transfer got = connection_->tryRead(loop().scratch());
    if (got.status == io::Status::ok) {
      ahead_.append(loop().scratch().data(), got.bytes);
      continue;
    }
    if (got.status != io::Status::again) break;
    const io::Until forever{io::kNever, {}};  // ends with its scope
    static_cast<void>(co_await io::Wait(loop(), forever, &connection_->readSlot()));
  }
  exchange_->leave(Left::client);
}

// After an answer: on to the next request, or to the end.
io::Task<void> ServerConnection::settle() {
  const bool gone = exchange_->gone_;
  if (!exchange_->finished()) breakOff();
  if (!exchange_->reusable()) closing_ = true;
  state_.exchanges.giveBack(std::move(exchange_));
  if (!unread()) co_return;
  // A client that sends without a pause must not keep the others waiting.
  if (!closing_) co_await loop().yield();
  else if (!gone) co_await linger();
}

bool ServerConnection::unread() noexcept {
  return midRequest_ || aheadTaken_ < ahead_.size() || connection_->readSlot().ready;
}

// What the client still sends is read and dropped for a while: closing with bytes unread would
// reset the connection, and the answer might be lost on its way.
io::Task<void> ServerConnection::linger() {
  const io::Until until{loop().after(kLinger), life_.token()};
  connection_->shutdownWrite();
  for (std::size_t dropped = 0; dropped < kLingerBytes;) {
    const io::Transfer got = co_await connection_->read(loop().scratch(), until);
    if (got.status != io::Status::ok) co_return;
    dropped += got.bytes;
    co_await loop().yield();
  }
}

// An answer that is not whole must not look so: one that ends with the connection is reset. So is
// one whose client is gone, for the kernel would hold on to what was never read.
void ServerConnection::breakOff() noexcept {
  if (exchange_->framing_ != Exchange::Framing::untilClose && !exchange_->gone_) return;
  try {
    connection_->socket().setLinger(true, 0);
  } catch (const Poco::Exception&) {  // reset already
    return;
  }
}

}  // namespace sluice::http
