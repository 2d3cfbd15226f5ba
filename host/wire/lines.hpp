// Lines (newline-delimited JSON), cut out of a body as it comes. LF ends a line; a CR before it is
// not part of it. Same shape as SseFramer.
// Sans-I/O. Threads: plain values.
#pragma once

#include <string>
#include <string_view>

namespace sluice::wire {

class LineFramer {
 public:
  explicit LineFramer(std::size_t limit = 16 << 20) noexcept : limit_(limit) {}

  void give(std::string_view bytes) noexcept;
  bool next(std::string_view& line);  // without its end
  bool last(std::string_view& line);  // a last line without an end, after the body's end
  bool tooLarge() const noexcept { return tooLarge_; }

 private:
  std::size_t limit_;
  std::string_view bytes_;
  std::string carry_;
  bool clear_ = false;
  bool tooLarge_ = false;
};

}  // namespace sluice::wire
