#include "http/exchange.hpp"

#include <Poco/Net/NetException.h>

#include <algorithm>
#include <cassert>

#include "wire/write.hpp"

namespace sluice::http {

namespace {

constexpr std::size_t kKeptExchanges = 256;  // of a loop, at rest
constexpr std::size_t kHeadReserve = 512;
constexpr std::size_t kKeptPending = 4 << 10;
constexpr std::size_t kKeptOut = 256 << 10;
constexpr std::size_t kCopied = 64 << 10;  // chunks up to this are put together with their frame
constexpr std::string_view kCrlf = "\r\n";
constexpr std::string_view kRequestId = "x-request-id";

}  // namespace

ExchangePool::ExchangePool() = default;
ExchangePool::~ExchangePool() = default;

std::unique_ptr<Exchange> ExchangePool::take(LoopState& state) {
  if (idle_.empty()) return std::make_unique<Exchange>(state);
  std::unique_ptr<Exchange> exchange = std::move(idle_.back());
  idle_.pop_back();
  return exchange;
}

void ExchangePool::giveBack(std::unique_ptr<Exchange> exchange) {
  if (idle_.size() >= kKeptExchanges) return;
  exchange->rest();
  idle_.push_back(std::move(exchange));
}

void Exchange::start(io::Connection& connection, io::CancelSource& life) {
  connection_ = &connection;
  cancel_ = &life;
  id_ = state_.ids.next();
  received_ = state_.loop.now();
  writeTimeout_ = state_.settings->limits.writeTimeout;
}

void Exchange::rest() noexcept {
  connection_ = nullptr;
  cancel_ = nullptr;
  reader_.restart();
  farewell_ = io::kNever;
  pathRest_.clear();
  corsOrigin_ = {};
  pending_.clear();
  if (pending_.capacity() > kKeptPending) pending_ = std::string();
  bodyLeft_ = 0;
  status_ = 0;
  framing_ = Framing::none;
  left_ = Left::no;
  omitBody_ = gone_ = finished_ = false;
  keep_ = true;
}

void Exchange::leave(Left why) noexcept {
  if (why == Left::client) gone_ = true;
  if (left_ != Left::no) return;
  left_ = why;
  if (why == Left::shutdown) farewell_ = state_.loop.after(kFarewell);
  cancel_->cancel();
}

Poco::Net::SocketAddress Exchange::peer() const {
  try {
    return connection_->socket().peerAddress();
  } catch (const Poco::Exception&) {
    return {};
  }
}

Poco::Net::SocketAddress Exchange::local() const { return connection_->socket().address(); }

Exchange::Framing Exchange::framingFor(int status, bool hasLength) const noexcept {
  if (status < 200 || status == 204 || status == 304) return Framing::none;
  if (hasLength) return Framing::length;
  return head().minorVersion > 0 ? Framing::chunked : Framing::untilClose;
}

void Exchange::begin(int status, std::string_view contentType, std::string_view fields,
                     std::optional<std::size_t> length) {
  assert(!begun());
  status_ = status;
  framing_ = framingFor(status, length.has_value());
  omitBody_ = framing_ == Framing::none || head().method == "HEAD";
  keep_ = keep_ && head().keepAlive && framing_ != Framing::untilClose && !state_.draining &&
          left_ == Left::no;
  pending_.reserve(kHeadReserve);
  wire::appendStatusLine(pending_, status);
  pending_ += state_.date.line();
  if (!contentType.empty()) wire::appendField(pending_, "Content-Type", contentType);
  if (framing_ == Framing::length) {
    const std::size_t size = length.value_or(0);
    wire::appendField(pending_, "Content-Length", size);
    bodyLeft_ = omitBody_ ? 0 : size;
  } else if (framing_ == Framing::chunked) {
    wire::appendField(pending_, "Transfer-Encoding", "chunked");
  }
  pending_ += fields;
  // The upstream's id goes before ours, by which the client would ask there.
  if (!wire::hasField(fields, kRequestId)) wire::appendField(pending_, kRequestId, requestId());
  appendCommonFields();
  pending_ += kCrlf;
}

void Exchange::appendCommonFields() {
  wire::appendField(pending_, "x-sluice-request-id", requestId());
  if (!corsOrigin_.empty()) appendCorsFields(pending_, corsOrigin_);
  if (!keep_) wire::appendField(pending_, "Connection", "close");
  else if (head().minorVersion == 0) wire::appendField(pending_, "Connection", "keep-alive");
}

io::Status Exchange::sent(io::Transfer result) {
  if (result.status == io::Status::ok || result.status == io::Status::again) return result.status;
  leave(Left::client);
  return io::Status::reset;
}

// What is pending, and then `bytes`.
io::Status Exchange::send(std::string_view bytes) {
  const io::Transfer result = connection_->tryWrite(pending_, bytes);
  const std::size_t ofPending = std::min(result.bytes, pending_.size());
  pending_.erase(0, ofPending);
  if (result.status == io::Status::again) pending_ += bytes.substr(result.bytes - ofPending);
  return sent(result);
}

// A chunk after what is pending, and `end` behind it.
io::Status Exchange::sendChunk(std::string_view bytes, std::string_view end) {
  if (bytes.size() > kCopied) {
    wire::appendChunkHead(pending_, bytes.size());
    const io::Status status = send(bytes);
    pending_.append(kCrlf).append(end);
    return status == io::Status::ok ? send({}) : status;
  }
  // Put together in memory of the loop: a stream that is read as it comes needs none of its own.
  std::string& out = state_.out;
  out.assign(pending_);
  pending_ = std::string();
  if (!bytes.empty()) {
    wire::appendChunkHead(out, bytes.size());
    out.append(bytes).append(kCrlf);
  }
  out += end;
  const io::Transfer result = connection_->tryWrite(out);
  if (result.status == io::Status::again) pending_.assign(out, result.bytes);
  if (out.capacity() > kKeptOut) out = std::string();
  return sent(result);
}

// `bytes` of the body in the answer's framing, after what is pending; `end`: of a chunked body.
io::Status Exchange::sendFramed(std::string_view bytes, std::string_view end) {
  if (omitBody_) bytes = end = {};
  if (framing_ == Framing::chunked && !omitBody_) return sendChunk(bytes, end);
  if (framing_ == Framing::length) {
    bytes = bytes.substr(0, bodyLeft_);  // more than was announced would be read as another answer
    bodyLeft_ -= bytes.size();
  }
  return send(bytes);
}

io::Status Exchange::write(std::string_view bytes) {
  assert(begun() && !finished_);
  if (gone_) return io::Status::reset;
  if (omitBody_ || bytes.empty()) return io::Status::ok;
  return sendFramed(bytes, {});
}

io::Until Exchange::writeUntil() const noexcept {
  if (left_ == Left::shutdown) return {farewell_, {}};
  return {state_.loop.after(writeTimeout_), cancel_->token()};
}

io::Task<io::Status> Exchange::drain() {
  for (;;) {
    if (gone_) co_return io::Status::reset;
    if (pending_.empty()) co_return io::Status::ok;
    const io::Until until = writeUntil();
    const io::Wake wake = co_await io::Wait(loop(), until, &connection_->writeSlot());
    if (wake == io::Wake::timeout) leave(Left::client);
    if (wake != io::Wake::ready) co_return io::toStatus(wake);
    const io::Status status = send({});
    if (status != io::Status::ok && status != io::Status::again) co_return status;
  }
}

io::Task<io::Status> Exchange::finish(std::string_view last, bool keep) {
  assert(begun());
  keep_ = keep_ && keep;
  if (gone_) co_return io::Status::reset;
  io::Status status = sendFramed(last, wire::lastChunk);
  if (status == io::Status::again) status = co_await drain();
  // A body that is shorter than was announced is not whole: the connection will be broken off.
  finished_ = status == io::Status::ok && bodyLeft_ == 0;
  if (pending_.capacity() > kKeptPending) pending_ = std::string();
  co_return status;
}

io::Task<io::Status> Exchange::answer(int status, std::string_view contentType,
                                      std::string_view fields, std::string_view body) {
  begin(status, contentType, fields, body.size());
  return finish(body, true);
}

io::Task<io::Status> Exchange::answer(const Answer& answer) {
  return this->answer(answer.status, answer.body.empty() ? std::string_view() : kJson,
                      answer.fields, answer.body);
}

}  // namespace sluice::http
