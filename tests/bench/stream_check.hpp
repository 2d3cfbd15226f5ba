// StreamCheck: follows one streamed answer of bench_upstream, split anywhere, and tells whether
// every event came, in order, to the end. Events that carry content hold a mark (marker()): their
// number, from 0, and the time at which the upstream wrote them.
// Threads: a plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::bench {

// The mark in an event's content, of fixed width so that it can be written in place.
constexpr std::string_view kMarkPrefix = "seq-";
constexpr std::size_t kMarkNumberWidth = 6;
constexpr std::size_t kMarkTimeWidth = 16;  // microseconds of the steady clock

struct Mark {
  std::uint64_t number;
  std::uint64_t micros;
};
std::string writeMark(Mark mark);  // "seq-000017@0000001234567890"
std::optional<Mark> findMark(std::string_view event);
std::uint64_t steadyMicros();

class StreamCheck {
 public:
  explicit StreamCheck(std::uint64_t expected) : expected_(expected) {}

  // Bytes of the body. Calls onContent(mark) for each event with content.
  template <class OnContent>
  void feed(std::string_view body, OnContent onContent) {
    while (!body.empty()) {
      const std::optional<std::string_view> line = takeLine(body);
      if (!line) return;
      if (const auto mark = take(*line)) onContent(*mark);
      partial_.clear();
    }
  }

  // Every event, in order, a finish reason, [DONE], and nothing after it.
  bool complete() const noexcept { return !wrong_ && finished_ && done_ && next_ == expected_; }
  std::uint64_t lost() const noexcept { return expected_ - received_; }

 private:
  std::optional<std::string_view> takeLine(std::string_view& body);
  std::optional<Mark> take(std::string_view line);

  std::uint64_t expected_;
  std::uint64_t next_ = 0;
  std::uint64_t received_ = 0;  // distinct events, in order
  bool finished_ = false;
  bool done_ = false;
  bool wrong_ = false;
  std::string partial_;
};

}  // namespace sluice::bench
