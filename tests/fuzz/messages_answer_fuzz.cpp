// An answer of an upstream that speaks the Messages API, event by event: what goes on to the client
// is what came, with a name if it had none, an end is an end only after a reason, and nothing
// follows a fault.
#include <string>

#include "dialects/anthropic_messages.hpp"
#include "support.hpp"
#include "wire/sse.hpp"

namespace {

// Whether the block went on with nothing but a name before it.
bool isNamed(const sluice::wire::SseBlock& block, std::string_view gone) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::string_view raw = block.raw;
  if (raw.starts_with(kByteOrderMark)) raw.remove_prefix(kByteOrderMark.size());
  return block.event.empty() && gone.starts_with("event: ") &&
         gone.substr(gone.find('\n') + 1) == raw;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  static std::string request = R"({"model":"m","max_tokens":1,"stream":true,"messages":[1]})";
  calls::Problem problem;
  static const auto inquiry = dialects::parseAnthropicMessages({request, "req"}, problem);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);

  const auto passage = inquiry->passage();
  wire::SseFramer framer;
  wire::SseBlock block;
  std::string out;
  framer.give(bytes);
  while (!passage->progress().fault && framer.next(block)) {
    const std::size_t before = out.size();
    passage->block(block, out);
    const std::string_view gone = std::string_view(out).substr(before);
    FUZZ_CHECK(gone.empty() || gone == block.raw || isNamed(block, gone));
    if (passage->progress().fault) FUZZ_CHECK(out.size() == before);
    FUZZ_CHECK(!passage->progress().ended || passage->progress().finished);
    FUZZ_CHECK(!passage->progress().finished || passage->progress().content);
  }
  const auto whole = inquiry->passage();
  whole->whole(bytes);
  FUZZ_CHECK(whole->progress().fault.has_value() != whole->progress().finished);
  return 0;
}
