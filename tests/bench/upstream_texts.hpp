// What bench_upstream says, made once, in one provider's dialect: the answer that is not streamed,
// and the pieces of a stream, each a chunk ready to be written.
// Threads: one loop's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::bench {

struct StreamTexts {
  std::string opening;                // up to the first event with content
  std::vector<std::string> contents;  // each with a mark, at the same place in all
  std::string finish;
  std::string usage;
  std::string end;
};

class UpstreamTexts {
 public:
  // OpenAI's Chat Completions and Anthropic's Messages: the same answer, events of about one size.
  static UpstreamTexts openaiChat(std::uint64_t events);
  static UpstreamTexts anthropicMessages(std::uint64_t events);

  std::string_view plain() const noexcept { return plain_; }  // head and a body of about 900 bytes
  std::string_view opening() const noexcept { return stream_.opening; }
  std::uint64_t events() const noexcept { return stream_.contents.size(); }
  // The event with the time of now in its mark. Valid until this event is asked for again.
  std::string_view content(std::uint64_t number);
  std::string_view finish() const noexcept { return stream_.finish; }
  std::string_view usage() const noexcept { return stream_.usage; }
  std::string_view end() const noexcept { return stream_.end; }  // the last event and chunk

 private:
  UpstreamTexts(const std::string& body, StreamTexts stream);

  std::string plain_;
  StreamTexts stream_;
  std::size_t markAt_ = 0;  // of the time within a content event
};

}  // namespace sluice::bench
