// Lines (newline-delimited JSON), cut out of a body as it comes. LF ends a line; a CR before it is
// not part of it. Same shape as SseFramer.
// Sans-I/O. Threads: plain values.
#pragma once

#include <string>
#include <string_view>

namespace sluice::wire {

//   framer.give(bytes);
//   while (framer.next(line)) ...
// A line holds until the next call of next(), last() or give(); `bytes` must live until next() has
// said false, which has then copied what is left of an unfinished line.
class LineFramer {
 public:
  // `limit`: the most bytes a line may have, without LF; one that is larger breaks the stream.
  explicit LineFramer(std::size_t limit = 16 << 20) noexcept : limit_(limit) {}

  void give(std::string_view bytes) noexcept;
  bool next(std::string_view& line);  // without its end; empty lines too
  bool last(std::string_view& line);  // a last line without an end, after the body's end
  bool tooLarge() const noexcept { return tooLarge_; }

 private:
  static constexpr std::size_t keptCapacity = 64 << 10;
  std::string_view lend(std::string_view part);
  void takeBack() noexcept;

  std::size_t limit_;
  std::string_view bytes_;  // not looked at yet
  std::string carry_;       // of an unfinished line, or the line that is lent
  bool lent_ = false;
  bool tooLarge_ = false;
};

}  // namespace sluice::wire
