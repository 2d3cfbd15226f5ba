#include "wire/event_stream.hpp"

#include <algorithm>
#include <array>

namespace sluice::wire {

namespace {

constexpr std::size_t kPrelude = 12;
constexpr std::size_t kSum = 4;

constexpr std::array<std::uint32_t, 256> makeTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1U) != 0 ? 0xEDB88320U : 0U);
    table[byte] = sum;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kTable = makeTable();

// `bytes` has four at least.
std::uint32_t number(std::string_view bytes) noexcept {
  std::uint32_t made = 0;
  for (const char byte : bytes.substr(0, 4)) made = made << 8 | static_cast<unsigned char>(byte);
  return made;
}

}  // namespace

std::uint32_t crc32(std::string_view bytes) noexcept {
  std::uint32_t sum = ~0U;
  for (const char byte : bytes) {
    sum = (sum >> 8) ^ kTable[(sum ^ static_cast<unsigned char>(byte)) & 0xFFU];
  }
  return ~sum;
}

std::string_view describe(EventFault fault) noexcept {
  switch (fault) {
    case EventFault::none: return "is sound";
    case EventFault::notThisFormat: return "sent what is no event stream";
    case EventFault::badLengths: return "sent a message whose lengths contradict each other";
    case EventFault::tooLarge: return "sent a message that is too large";
    case EventFault::badSum: return "sent a message whose checksum is wrong";
    case EventFault::badHeaders: return "sent a message whose headers are broken";
  }
  return "";
}

bool EventHeaders::take(std::size_t count, std::string_view& part) noexcept {
  if (rest_.size() < count) {
    broken_ = true;
    return false;
  }
  part = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return true;
}

bool EventHeaders::next(Header& header) noexcept {
  if (broken_ || rest_.empty()) return false;
  const auto length = [](std::string_view bytes) {
    std::size_t made = 0;
    for (const char byte : bytes) made = made << 8 | static_cast<unsigned char>(byte);
    return made;
  };
  std::string_view part;
  if (!take(1, part)) return false;
  if (!take(length(part), header.name) || !take(1, part)) return false;
  const auto type = static_cast<unsigned char>(part[0]);
  if (header.name.empty() || type > static_cast<unsigned char>(Type::uuid)) {
    broken_ = true;
    return false;
  }
  header.type = static_cast<Type>(type);
  switch (header.type) {
    case Type::isTrue:
    case Type::isFalse: return take(0, header.value);
    case Type::int8: return take(1, header.value);
    case Type::int16: return take(2, header.value);
    case Type::int32: return take(4, header.value);
    case Type::int64:
    case Type::timestamp: return take(8, header.value);
    case Type::uuid: return take(16, header.value);
    case Type::bytes:
    case Type::string: return take(2, part) && take(length(part), header.value);
  }
  return false;
}

bool EventFramer::next(EventMessage& message) {
  if (fault_ != EventFault::none) return false;
  takeBack();
  // A message that lies in one piece is read where it lies.
  if (carry_.empty() && bytes_.size() >= kPrelude) {
    if (!readPrelude(bytes_)) return false;
    if (bytes_.size() >= size_) {
      const std::string_view whole = bytes_.substr(0, size_);
      bytes_.remove_prefix(size_);
      return read(whole, message);
    }
  }
  if (size_ == 0) {
    if (!gather(kPrelude) || !readPrelude(carry_)) return false;
  }
  if (!gather(size_)) return false;
  lent_ = true;
  return read(carry_, message);
}

// Whether carry_ has that many bytes now.
bool EventFramer::gather(std::size_t size) {
  const std::size_t count = std::min(size - carry_.size(), bytes_.size());
  carry_ += bytes_.substr(0, count);
  bytes_.remove_prefix(count);
  return carry_.size() == size;
}

bool EventFramer::readPrelude(std::string_view bytes) noexcept {
  const std::size_t size = number(bytes);
  const std::size_t headerSize = number(bytes.substr(4));
  if (crc32(bytes.substr(0, 8)) != number(bytes.substr(8))) {
    return fail(EventFault::notThisFormat);
  }
  if (size < kPrelude + kSum || headerSize > size - kPrelude - kSum) {
    return fail(EventFault::badLengths);
  }
  if (size > limit_) return fail(EventFault::tooLarge);
  size_ = size;
  headerSize_ = headerSize;
  return true;
}

bool EventFramer::read(std::string_view bytes, EventMessage& message) noexcept {
  size_ = 0;
  const std::size_t end = bytes.size() - kSum;
  if (crc32(bytes.substr(0, end)) != number(bytes.substr(end))) return fail(EventFault::badSum);
  message = EventMessage();
  message.headers = bytes.substr(kPrelude, headerSize_);
  message.payload = bytes.substr(kPrelude + headerSize_, end - kPrelude - headerSize_);
  std::string_view type, event, exception, error, said;
  EventHeaders headers(message.headers);
  EventHeaders::Header header;
  while (headers.next(header)) {
    if (header.type != EventHeaders::Type::string) continue;
    if (header.name == ":message-type") type = header.value;
    if (header.name == ":event-type") event = header.value;
    if (header.name == ":exception-type") exception = header.value;
    if (header.name == ":error-code") error = header.value;
    if (header.name == ":error-message") said = header.value;
  }
  if (headers.broken()) return fail(EventFault::badHeaders);
  message.name = event;
  if (type == "exception") {
    message.type = EventMessage::Type::exception;
    message.name = exception;
  } else if (type == "error") {
    message.type = EventMessage::Type::error;
    message.name = error;
    if (message.payload.empty()) message.payload = said;
  }
  return true;
}

bool EventFramer::fail(EventFault fault) noexcept {
  fault_ = fault;
  bytes_ = {};
  return false;
}

void EventFramer::takeBack() noexcept {
  if (!lent_) return;
  lent_ = false;
  carry_.clear();
  // One huge message must not hold its memory for the rest of the stream.
  if (carry_.capacity() > keptCapacity) carry_ = std::string();
}

}  // namespace sluice::wire
