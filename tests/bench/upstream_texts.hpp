// What bench_upstream says, made once: the answer that is not streamed, and the pieces of a stream,
// each a chunk ready to be written.
// Threads: one loop's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::bench {

class UpstreamTexts {
 public:
  explicit UpstreamTexts(std::uint64_t events);

  std::string_view plain() const noexcept { return plain_; }  // head and a body of about 900 bytes
  std::string_view opening() const noexcept { return opening_; }  // head and the role event
  std::uint64_t events() const noexcept { return contents_.size(); }
  // The event with the time of now in its mark. Valid until this event is asked for again.
  std::string_view content(std::uint64_t number);
  std::string_view finish() const noexcept { return finish_; }
  std::string_view usage() const noexcept { return usage_; }
  std::string_view end() const noexcept { return end_; }  // [DONE] and the last chunk

 private:
  std::string plain_;
  std::string opening_;
  std::vector<std::string> contents_;
  std::size_t markAt_ = 0;  // of the time within a content event, the same in all
  std::string finish_;
  std::string usage_;
  std::string end_;
};

}  // namespace sluice::bench
