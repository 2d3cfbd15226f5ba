#include "http/request_reader.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace sluice::http {

namespace {

// What is kept from one request to the next, in bytes.
constexpr std::size_t kKeptHead = 8 << 10;
constexpr std::size_t kKeptBody = 32 << 10;
constexpr std::size_t kKeptFields = 64;
// A body's memory is reserved as it comes, so that announcing much costs us nothing.
constexpr std::size_t kFirstReserve = 64 << 10;

}  // namespace

void RequestReader::restart() noexcept {
  finder_.restart();
  fault_ = wire::HeadFault::none;
  inHead_ = true;
  wire::Fields fields = std::move(head_.fields);
  fields.clear();
  if (fields.all().capacity() > kKeptFields) fields = wire::Fields();
  head_ = wire::RequestHead();
  head_.fields = std::move(fields);
  headBytes_.clear();
  if (headBytes_.capacity() > kKeptHead) headBytes_ = std::string();
  body_.clear();
  if (body_.capacity() > kKeptBody) body_ = std::string();
}

RequestReader::Head RequestReader::takeHead(std::span<char>& bytes) {
  // A head that comes in one piece, as nearly all do, is looked at where it lies.
  const std::size_t before = headBytes_.size();
  std::string_view seen(bytes.data(), bytes.size());
  if (before > 0) {
    headBytes_.append(bytes.data(), bytes.size());
    seen = headBytes_;
  }
  switch (finder_.look(seen)) {
    case wire::HeadFinder::Found::more:
      if (before == 0) headBytes_.assign(seen);
      bytes = {};
      return Head::more;
    case wire::HeadFinder::Found::fault: fault_ = finder_.fault(); return Head::fault;
    case wire::HeadFinder::Found::whole: break;
  }
  const std::size_t size = finder_.size();
  if (before > 0) headBytes_.resize(size);
  else headBytes_.assign(seen.substr(0, size));
  bytes = bytes.subspan(size - before);
  inHead_ = false;
  fault_ = wire::parseRequest(headBytes_, head_);
  if (fault_ != wire::HeadFault::none) return Head::fault;
  decoder_.start(head_.body, head_.contentLength);
  return Head::whole;
}

void RequestReader::grow(std::size_t size) {
  if (size + kSpare <= body_.capacity()) return;
  std::size_t wanted = std::max(size, 2 * body_.capacity());
  if (head_.body == wire::BodyKind::length) {
    const auto whole = static_cast<std::size_t>(head_.contentLength);
    wanted = whole <= kFirstReserve ? whole : std::min(whole, std::max(wanted, kFirstReserve));
  }
  body_.reserve(wanted + kSpare);
}

RequestReader::Body RequestReader::takeBody(std::span<char>& bytes, std::size_t limit) {
  if (head_.body == wire::BodyKind::length && head_.contentLength > limit) return Body::tooLarge;
  const wire::BodyDecoder::Step step = decoder_.feed(bytes);
  bytes = bytes.subspan(step.used);
  if (step.payload.size() > limit - body_.size()) return Body::tooLarge;
  grow(body_.size() + step.payload.size());
  body_.append(step.payload);
  if (decoder_.broken()) return Body::broken;
  return decoder_.whole() ? Body::whole : Body::more;
}

}  // namespace sluice::http
