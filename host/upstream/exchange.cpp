#include "upstream/exchange.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/text.hpp"
#include "upstream/client.hpp"
#include "upstream/proxy.hpp"

namespace sluice::upstream {

using io::Status;
using io::Wake;

namespace {

constexpr std::size_t kHeadLimit = 65'536;
constexpr std::uint8_t kInterimLimit = 32;  // 1xx answers before the final one

void appendNumber(std::string& out, std::size_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void appendRequestHead(std::string& out, const Endpoint& endpoint, const Request& request) {
  const wire::Url& url = endpoint.url;
  const std::string authority = url.authority();
  const bool absolute = endpoint.proxied() && !url.tls;
  out += request.method;
  out += ' ';
  if (absolute) {
    out += "http://";
    out += authority;
  }
  out += url.path;
  out += request.path;
  out += " HTTP/1.1\r\nHost: ";
  out += authority;
  out += "\r\nUser-Agent: sluice/" SLUICE_VERSION "\r\nAccept-Encoding: identity\r\n";
  if (!request.body.empty() || request.method == "POST") {
    out += "Content-Length: ";
    appendNumber(out, request.body.size());
    out += "\r\n";
  }
  if (absolute) {
    const std::string credentials = proxyAuthorization(endpoint.proxy);
    if (!credentials.empty()) out += "Proxy-Authorization: " + credentials + "\r\n";
  }
  out += request.fields;
  out += "\r\n";
}

}  // namespace

Exchange::Exchange(Client& client, const Endpoint& endpoint) noexcept
    : client_(client), endpoint_(endpoint), finder_(kHeadLimit) {}

Exchange::~Exchange() {
  if (buffers_) client_.takeBack(std::move(buffers_));
}

const wire::ResponseHead& Exchange::head() const noexcept { return buffers_->head; }

io::Slot& Exchange::slot() noexcept { return connection_->readSlot(); }

io::Task<Failure> Exchange::open(const Request& request, const OpenLimits& limits,
                                 io::CancelToken cancel) {
  buffers_ = client_.lendBuffers();
  appendRequestHead(buffers_->request, endpoint_, request);
  toHead_ = request.method == "HEAD";
  if (cancel.cancelled()) {
    failure_ = Failure::cancelled;
  } else if (client_.loop_.now() >= limits.total) {
    failure_ = Failure::timeout;
  } else {
    failure_ = co_await openOnce(request, limits, cancel);
  }
  if (failure_ != Failure::none) connection_.reset();
  co_return failure_;
}

// On a connection from the pool, and if that turns out to be dead, on a new one.
io::Task<Failure> Exchange::openOnce(const Request& request, const OpenLimits& limits,
                                     io::CancelToken cancel) {
  connection_ = client_.pool_.take(endpoint_);
  if (connection_) {
    reused_ = true;
    ++client_.counts_.reused;
    const Failure failure = co_await sendAndAwaitHead(request, limits, cancel);
    if (failure != Failure::reset || heard_) co_return failure;
    reused_ = false;
    ++client_.counts_.retried;
    detail_.clear();
  }
  Failure failure = co_await connect(limits, cancel);
  if (failure == Failure::none) failure = co_await sendAndAwaitHead(request, limits, cancel);
  co_return failure;
}

io::Task<Failure> Exchange::connect(const OpenLimits& limits, io::CancelToken cancel) {
  io::Loop& loop = client_.loop_;
  const io::Until until{std::min(limits.total, loop.after(limits.connect)), cancel};
  Dialed dialed = co_await client_.dialer_.dial(endpoint_, until);
  const bool over = dialed.failure == Failure::connectTimeout && loop.now() >= limits.total;
  if (over) dialed.failure = Failure::timeout;
  if (dialed.failure == Failure::none) ++client_.counts_.opened;
  connection_ = std::move(dialed.connection);
  co_return fail(dialed.failure, dialed.detail);
}

// While the request is written an answer may come already, as a refusal of a large body does: then
// nobody will read the rest of it.
io::Task<Failure> Exchange::sendAndAwaitHead(const Request& request, const OpenLimits& limits,
                                             io::CancelToken cancel) {
  io::Loop& loop = client_.loop_;
  std::string_view head = buffers_->request;
  std::string_view body = request.body;
  io::Deadline silence = loop.after(limits.firstByte);
  for (;;) {
    const io::Transfer sent = connection_->tryWrite(head, body);
    if (sent.status == Status::ok) break;
    if (sent.status != Status::again) co_return answerToBrokenRequest();
    const std::size_t ofHead = std::min(sent.bytes, head.size());
    head.remove_prefix(ofHead);
    body.remove_prefix(sent.bytes - ofHead);
    if (sent.bytes > 0) silence = loop.after(limits.firstByte);
    if (!hasHead_) {
      const Failure failure = readHead();
      if (failure != Failure::none) co_return failure;
      if (hasHead_ && buffers_->head.status >= 300) {
        keep_ = false;
        co_return Failure::none;
      }
    }
    const io::Until until{std::min(limits.total, silence), cancel};
    io::Slot* const answer = hasHead_ ? nullptr : &connection_->readSlot();
    const Wake wake = co_await io::Wait(loop, until, &connection_->writeSlot(), answer);
    if (wake != Wake::ready) co_return because(wake, limits);
  }
  const io::Until until{std::min(limits.total, loop.after(limits.firstByte)), cancel};
  while (!hasHead_) {
    const Failure failure = readHead();
    if (failure != Failure::none) co_return failure;
    if (hasHead_) break;
    const Wake wake = co_await io::Wait(loop, until, &connection_->readSlot());
    if (wake != Wake::ready) co_return because(wake, limits);
  }
  co_return Failure::none;
}

// The peer takes no more of the request. It may have said why before.
Failure Exchange::answerToBrokenRequest() {
  keep_ = false;
  if (hasHead_) return Failure::none;
  connection_->readSlot().ready = true;  // what has come can be read at once
  const Failure failure = readHead();
  keep_ = false;
  if (hasHead_ || failure != Failure::none) return failure;
  return fail(Failure::reset, "the connection broke while the request was sent");
}

// Reads what is there. None without hasHead_: there is not enough yet.
Failure Exchange::readHead() {
  std::vector<char>& scratch = client_.loop_.scratch();
  for (;;) {
    const io::Transfer got = connection_->tryRead(scratch);
    if (got.status == Status::again) return Failure::none;
    if (got.status != Status::ok) {
      return fail(Failure::reset, heard_ ? "the connection ended within the answer's head"
                                         : "the connection ended without an answer");
    }
    heard_ = true;
    buffers_->answer.append(scratch.data(), got.bytes);
    const Failure failure = lookForHead();
    if (failure != Failure::none || hasHead_) return failure;
  }
}

Failure Exchange::lookForHead() {
  wire::ResponseHead& head = buffers_->head;
  for (;;) {
    const std::string_view bytes = std::string_view(buffers_->answer).substr(headStart_);
    const auto found = finder_.look(bytes);
    if (found == wire::HeadFinder::Found::more) return Failure::none;
    wire::HeadFault fault = finder_.fault();
    if (found == wire::HeadFinder::Found::whole) {
      fault = wire::parseResponse(bytes.substr(0, finder_.size()), toHead_, head);
    }
    if (fault != wire::HeadFault::none) return fail(Failure::badHead, wire::describe(fault));
    headStart_ += finder_.size();
    if (head.status >= 200) break;
    if (head.status == 101) return fail(Failure::badHead, "it switches to another protocol");
    if (++interim_ > kInterimLimit) return fail(Failure::badHead, "too many 1xx answers");
    finder_.restart();
  }
  if (head.status == 407 && endpoint_.proxied() && !endpoint_.url.tls) {
    return fail(Failure::proxyFailed, "the proxy answered 407");
  }
  hasHead_ = true;
  taken_ = headStart_;
  keep_ = head.keepAlive;
  body_.start(head.body, head.contentLength);
  const std::string_view encoding = head.fields.get("content-encoding");
  compressed_ = !encoding.empty() && !text::equalsIgnoringCase(encoding, "identity");
  return Failure::none;
}

Failure Exchange::because(Wake wake, const OpenLimits& limits) const noexcept {
  if (wake == Wake::cancelled) return Failure::cancelled;
  return client_.loop_.now() >= limits.total ? Failure::timeout : Failure::firstByteTimeout;
}

Failure Exchange::fail(Failure failure, std::string_view detail) {
  detail_ = detail;
  return failure;
}

Exchange::Read Exchange::tryRead(std::span<char> into) {
  if (failure_ != Failure::none) return {State::failed, {}};
  if (!connection_) return {State::whole, {}};
  if (compressed_ && !body_.whole()) {
    return broken(Failure::badBody, "it is compressed, which was not asked for");
  }
  const std::size_t buffered = buffers_->answer.size() - taken_;
  if (buffered > 0 || body_.whole()) {
    const std::size_t size = std::min(buffered, into.size());
    std::memcpy(into.data(), buffers_->answer.data() + taken_, size);
    taken_ += size;
    return takeBody(into.first(size));
  }
  const io::Transfer got = connection_->tryRead(into);
  if (got.status == Status::ok) return takeBody(into.first(got.bytes));
  if (got.status == Status::again) return {State::again, {}};
  return ended(got.status);
}

Exchange::Read Exchange::takeBody(std::span<char> bytes) {
  const wire::BodyDecoder::Step step = body_.feed(bytes);
  if (body_.broken()) return broken(Failure::badBody, "its chunks are malformed");
  if (!body_.whole()) return {State::data, step.payload};
  if (step.used < bytes.size() || taken_ < buffers_->answer.size()) {
    return broken(Failure::badBody, "more came than was announced");
  }
  settle();
  return {step.payload.empty() ? State::whole : State::data, step.payload};
}

Exchange::Read Exchange::ended(Status status) {
  if (status == Status::eof) body_.end();
  if (!body_.whole()) {
    return broken(Failure::truncated, status == Status::eof
                                          ? "the connection was closed before the end of the body"
                                          : "the connection broke before the end of the body");
  }
  connection_.reset();
  return {State::whole, {}};
}

Exchange::Read Exchange::broken(Failure failure, std::string_view detail) {
  failure_ = fail(failure, detail);
  connection_.reset();
  return {State::failed, {}};
}

// The answer is whole: its connection may serve another request, or goes.
void Exchange::settle() {
  if (keep_) client_.pool_.keep(endpoint_, std::move(connection_), client_.loop_.now());
  connection_.reset();
}

}  // namespace sluice::upstream
