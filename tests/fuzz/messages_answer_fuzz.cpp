// An answer of an upstream that speaks the Messages API, event by event: what goes on to the client
// is what came, an end is an end only after a reason, and nothing follows a fault.
#include <string>

#include "dialects/anthropic_messages.hpp"
#include "support.hpp"
#include "wire/sse.hpp"

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
    FUZZ_CHECK(out.size() == before || std::string_view(out).substr(before) == block.raw);
    if (passage->progress().fault) FUZZ_CHECK(out.size() == before);
    FUZZ_CHECK(!passage->progress().ended || passage->progress().finished);
    FUZZ_CHECK(!passage->progress().finished || passage->progress().content);
  }
  const auto whole = inquiry->passage();
  whole->whole(bytes);
  FUZZ_CHECK(whole->progress().fault.has_value() != whole->progress().finished);
  return 0;
}
