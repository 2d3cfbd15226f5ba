// Server-sent events, cut out of a body as it comes. After the WHATWG HTML standard, "Server-sent
// events": CR, LF and CRLF end lines, a BOM at the start is skipped, lines with a colon first are
// comments, several `data` lines are joined by LF.
// Sans-I/O. Threads: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::wire {

// One block: everything up to and including a blank line.
struct SseBlock {
  std::string_view event;  // "" if it has no event field
  std::string_view data;
  bool hasData = false;    // false: comments, ids or blank lines only; no event is dispatched
  std::string_view raw;    // the block's own bytes, with the blank line; to pass on as they came
};

//   framer.give(bytes);
//   while (framer.next(block)) ...
// Views in a block hold until the next call of next() or give(); `bytes` must live until next() has
// said false, which has then copied what is left of an unfinished block.
class SseFramer {
 public:
  // `limit`: the most bytes a block may have; one that is larger breaks the stream.
  explicit SseFramer(std::size_t limit = 16 << 20) noexcept : limit_(limit) {}

  void give(std::string_view bytes) noexcept;
  bool next(SseBlock& block);
  // After the body's end: a last block that has no blank line behind it, if there is one.
  bool last(SseBlock& block);
  bool tooLarge() const noexcept { return tooLarge_; }
  std::size_t held() const noexcept { return carry_.size(); }  // bytes of an unfinished block

 private:
  std::size_t limit_;
  std::string_view bytes_;
  std::string carry_;
  std::string joined_;  // data of a block with several data lines
  std::size_t scanned_ = 0;
  bool tooLarge_ = false;
  bool atStart_ = true;
};

}  // namespace sluice::wire
