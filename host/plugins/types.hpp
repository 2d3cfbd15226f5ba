// What crosses between the way of a call and a plugin, in the host's own words. Mirrors
// sluice/plugin.h, which only this directory includes.
// Threads: plain values. Views hold as long as the ABI says: until the call they are given to
// returns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::plugins {

enum class Op : std::uint8_t { chat = 1, context, search, embed, models, count };

// Borrowed; must live until the operation has ended.
struct Request {
  Op op = Op::chat;
  bool stream = false;
  std::uint64_t id = 0;
  std::int64_t deadlineNs = 0;  // steady clock; 0: none
  std::string_view model;       // at the upstream
  std::string_view dialect;     // of body: "sluice.chat/1", or one the component declares
  std::string_view body;
};
inline constexpr std::string_view kCanonicalChat = "sluice.chat/1";
inline constexpr std::string_view kCanonicalEmbed = "sluice.embed/1";

// Tokens in buckets that do not overlap.
struct Usage {
  std::uint64_t input = 0;
  std::uint64_t cacheRead = 0;
  std::uint64_t cacheWrite = 0;
  std::uint64_t output = 0;
  std::uint64_t reasoning = 0;
  bool operator==(const Usage&) const = default;
};

enum class ChunkType : std::uint8_t {
  unknown,
  start,
  text,
  reasoning,
  refusal,
  toolCall,
  finish,
  usage,
  item,
  message,
  json
};

struct Chunk {
  ChunkType type = ChunkType::unknown;
  std::uint32_t choice = 0;
  std::uint32_t index = 0;
  std::string_view text, name, ref, extra;
  double score = 0;
  const Usage* usage = nullptr;  // with ChunkType::usage
};

// Where chunks go. push() copies what it keeps.
class ChunkSink {
 public:
  enum class Answer : std::uint8_t { more, pause, cancelled };
  virtual Answer push(const Chunk& chunk) noexcept = 0;

 protected:
  ~ChunkSink() = default;
};

// gRPC's codes, as in plugin.h.
enum class Code : std::uint8_t {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalidArgument = 3,
  deadlineExceeded = 4,
  notFound = 5,
  permissionDenied = 7,
  resourceExhausted = 8,
  failedPrecondition = 9,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  unauthenticated = 16
};

// What an upstream's refusal means for routing; none: the code and the status must tell.
enum class Reason : std::uint8_t {
  none,
  rateLimit,
  quota,
  key,
  contextLength,
  contentFilter,
  modelNotFound,
  overloaded,
  badRequest
};

struct Fault {
  Code code = Code::unknown;
  Reason reason = Reason::none;
  bool retryable = false;
  std::uint32_t retryAfterMs = 0;   // 0: unknown
  int httpStatus = 0;               // the upstream's; 0: none
  std::string message;              // for operators and clients; never holds secrets
  std::string type, symbol, param;  // as the upstream named them; empty: unknown
};

// A field of the request that a codec left out.
struct Dropped {
  std::string field;     // clean text
  bool meaning = false;  // the answer may say something else without it
};

}  // namespace sluice::plugins
