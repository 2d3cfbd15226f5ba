// AnswerReader: one HTTP/1.1 answer, split anywhere: head, then a body by length or in chunks.
// It shares no code with the parsers of the host, for it judges what they let through.
// Threads: a plain value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::bench {

class AnswerReader {
 public:
  // Takes some bytes off the front of `bytes` and returns what of them is body, often nothing.
  // Call it until `bytes` is empty or the answer has ended; what then is left is not of the answer.
  std::string_view next(std::string_view& bytes);

  bool done() const noexcept { return at_ == At::done; }
  bool broken() const noexcept { return at_ == At::broken; }
  bool ended() const noexcept { return done() || broken(); }
  int status() const noexcept { return status_; }  // 0 before the first line has come
  bool eventStream() const noexcept { return eventStream_; }
  bool close() const noexcept { return close_; }  // the server will not keep the connection

 private:
  enum class At : std::uint8_t {
    statusLine,
    header,
    body,
    chunkSize,
    chunk,
    chunkEnd,
    trailer,
    done,
    broken
  };
  void line(std::string_view line);
  void header(std::string_view line);
  void endHead();

  At at_ = At::statusLine;
  bool chunked_ = false;
  bool hasLength_ = false;
  bool eventStream_ = false;
  bool close_ = false;
  int status_ = 0;
  std::uint64_t left_ = 0;  // of the body or of the chunk
  std::string partial_;     // a line whose end has not come yet
};

}  // namespace sluice::bench
