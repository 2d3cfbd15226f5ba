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
  bool hasData = false;  // false: comments, ids or blank lines only; no event is dispatched
  std::string_view raw;  // the block's own bytes, with the blank line; to pass on as they came
};

// The first CR or LF at or after a place, for a text that is walked from front to back. Remembers
// the next LF, so that a text full of CRs is still read once.
class LineEnds {
 public:
  static constexpr std::size_t none = std::string_view::npos;
  std::size_t next(std::string_view text, std::size_t from) noexcept;
  void restart() noexcept { lf_ = none; }

 private:
  std::size_t lf_ = none;  // text.size(): there is no more
};

//   framer.give(bytes);
//   while (framer.next(block)) ...
// Views in a block hold until the next call of next(), last() or give(); `bytes` must live until
// next() has said false, which has then copied what is left of an unfinished block.
// However the body is cut into pieces, the blocks are the same. A block whose blank line is a CR is
// given when the byte after it is known (it may be the LF that belongs to it), unless the line
// before ended in a bare CR too: then it is given at once, and an LF behind it is a block of its
// own.
class SseFramer {
 public:
  // `limit`: the most bytes a block may have; one that is larger breaks the stream.
  explicit SseFramer(std::size_t limit = 16 << 20) noexcept : limit_(limit) {}

  void give(std::string_view bytes) noexcept;
  bool next(SseBlock& block);
  // After the body's end: a last block that has no blank line behind it, if there is one.
  bool last(SseBlock& block);
  bool tooLarge() const noexcept { return tooLarge_; }
  std::size_t held() const noexcept { return lent_ ? 0 : carry_.size(); }  // of an unfinished block

 private:
  static constexpr std::size_t keptCapacity = 64 << 10;
  bool findBlankLine() noexcept;
  bool endLine(bool bareCr) noexcept;
  void parse(SseBlock& block);
  void parseLine(std::string_view line, SseBlock& block);
  void takeBack() noexcept;

  std::size_t limit_;
  std::string_view bytes_;
  std::size_t begin_ = 0;  // in bytes_: where the block (or what came of it last) begins
  std::size_t at_ = 0;     // in bytes_: how far its end was looked for
  LineEnds ends_;          // in bytes_
  std::string carry_;      // the block's earlier bytes, or all of the block that is lent
  std::string joined_;     // data of a block with several data lines
  bool lineEmpty_ = true;
  bool afterBareCr_ = false;  // the line before, in this block, ended so
  bool crPending_ = false;    // a line ended in CR; LF may follow
  bool lent_ = false;
  bool tooLarge_ = false;
  bool atStart_ = true;
};

}  // namespace sluice::wire
