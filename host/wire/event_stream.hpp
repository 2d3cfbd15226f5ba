// Messages of application/vnd.amazon.eventstream, cut out of a body as it comes. A message is
//   u32 length of all of it, u32 length of its headers, u32 CRC-32 of these eight bytes,
//   headers, payload, u32 CRC-32 of everything before        (all of them big-endian)
// and a header is a u8 length and a name, a u8 type, and a value of that type. Same shape as
// SseFramer. Sans-I/O. Threads: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::wire {

// The headers of a message, one after the other:
//   EventHeaders headers(block);
//   while (headers.next(header)) ...
//   if (headers.broken()) ...
class EventHeaders {
 public:
  enum class Type : std::uint8_t {
    isTrue,
    isFalse,
    int8,
    int16,
    int32,
    int64,
    bytes,
    string,
    timestamp,  // milliseconds since 1970, 64 bits
    uuid
  };
  struct Header {
    std::string_view name;
    Type type = Type::isTrue;
    std::string_view value;  // its bytes as they stand; none for isTrue and isFalse
  };

  explicit EventHeaders(std::string_view block) noexcept : rest_(block) {}
  bool next(Header& header) noexcept;
  bool broken() const noexcept { return broken_; }

 private:
  bool take(std::size_t count, std::string_view& part) noexcept;
  std::string_view rest_;
  bool broken_ = false;
};

struct EventMessage {
  enum class Type : std::uint8_t { event, exception, error };
  Type type = Type::event;   // :message-type; an event if it is something else, or is not there
  std::string_view name;     // :event-type, :exception-type or :error-code
  std::string_view payload;  // of an error without one: its :error-message
  std::string_view headers;  // the block, for EventHeaders, which will not find it broken
};

enum class EventFault : std::uint8_t {
  none,
  notThisFormat,  // the first sum is wrong: the lengths cannot be believed
  badLengths,     // they contradict each other
  tooLarge,
  badSum,
  badHeaders
};
// The rest of a sentence that begins with the stream: "sent a message whose sum is wrong".
std::string_view describe(EventFault fault) noexcept;

//   framer.give(bytes);
//   while (framer.next(message)) ...
// Views in a message hold until the next call of next() or give(); `bytes` must live until next()
// has said false, which has then copied what is left of an unfinished message. However the body is
// cut into pieces, the messages are the same. After a fault there are no more.
class EventFramer {
 public:
  // `limit`: the most bytes a message may have in all. Memory is taken as bytes come, whatever
  // length a message claims.
  explicit EventFramer(std::size_t limit = 16 << 20) noexcept : limit_(limit) {}

  void give(std::string_view bytes) noexcept { bytes_ = bytes; }
  bool next(EventMessage& message);
  EventFault fault() const noexcept { return fault_; }
  // After the body's end: it ended within a message.
  bool unfinished() const noexcept { return !lent_ && !carry_.empty(); }

 private:
  static constexpr std::size_t keptCapacity = 64 << 10;
  bool gather(std::size_t size);
  bool readPrelude(std::string_view bytes) noexcept;
  bool read(std::string_view bytes, EventMessage& message) noexcept;
  bool fail(EventFault fault) noexcept;
  void takeBack() noexcept;

  std::size_t limit_;
  std::string_view bytes_;  // not looked at yet
  std::string carry_;       // of an unfinished message, or the message that is lent
  std::size_t size_ = 0;    // of the message, once its prelude was read; 0: not yet
  std::size_t headerSize_ = 0;
  bool lent_ = false;
  EventFault fault_ = EventFault::none;
};

// CRC-32 as in zip and Ethernet (reflected polynomial 0xEDB88320).
std::uint32_t crc32(std::string_view bytes) noexcept;

}  // namespace sluice::wire
