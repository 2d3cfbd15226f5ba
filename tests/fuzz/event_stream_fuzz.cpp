// EventFramer: the messages do not depend on where the bytes are cut; each is sound, and their
// bytes stand one behind the other. Sums are put right first where the seed is odd, else hardly an
// input would get past them.
#include <algorithm>
#include <string>
#include <vector>

#include "support.hpp"
#include "wire/event_stream.hpp"

namespace {

using sluice::fuzz::Exact;
using sluice::fuzz::Input;
using sluice::wire::crc32;
using sluice::wire::EventFault;
using sluice::wire::EventFramer;
using sluice::wire::EventHeaders;
using sluice::wire::EventMessage;

constexpr std::size_t limit = 4096;

struct Framed {
  std::vector<std::string> messages;
  EventFault fault = EventFault::none;
  bool operator==(const Framed&) const = default;
};

std::string shown(const EventMessage& message) {
  std::string made = std::to_string(static_cast<int>(message.type));
  made.append(message.name).append("\n").append(message.payload);
  EventHeaders headers(message.headers);
  EventHeaders::Header header;
  while (headers.next(header)) made.append(header.name).append(header.value);
  FUZZ_CHECK(!headers.broken());
  return made;
}

Framed frame(std::string_view bytes, const Input* cuts) {
  EventFramer framer(limit);
  Framed out;
  EventMessage message;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = cuts != nullptr ? cuts->nextCut(at) : bytes.size();
    const Exact piece(bytes.substr(at, end - at));
    framer.give(piece.view());
    while (framer.next(message)) out.messages.push_back(shown(message));
    at = end;
  }
  FUZZ_CHECK(!framer.next(message));
  out.fault = framer.fault();
  return out;
}

std::size_t number(std::string_view bytes) {
  std::size_t made = 0;
  for (const char byte : bytes.substr(0, 4)) made = made << 8 | static_cast<unsigned char>(byte);
  return made;
}

void write(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (int i = 3; i >= 0; --i) bytes[at++] = static_cast<char>(value >> (8 * i));
}

// The same with right sums, as far as its lengths make sense.
std::string summed(std::string bytes) {
  for (std::size_t at = 0; at + 16 <= bytes.size();) {
    const std::string_view rest = std::string_view(bytes).substr(at);
    const std::size_t size = number(rest);
    write(bytes, at + 8, crc32(rest.substr(0, 8)));
    if (size < 16 || size > rest.size()) break;
    write(bytes, at + size - 4, crc32(std::string_view(bytes).substr(at, size - 4)));
    at += size;
  }
  return bytes;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input(data, size);
  std::string bytes(input.bytes);
  if (input.seed % 2 == 1) bytes = summed(std::move(bytes));
  const Framed whole = frame(bytes, nullptr);
  FUZZ_CHECK(whole == frame(bytes, &input));
  std::size_t most = 0;
  for (const std::string& message : whole.messages) most = std::max(most, message.size());
  FUZZ_CHECK(most <= 2 * limit);
  return 0;
}
