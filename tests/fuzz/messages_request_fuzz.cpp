// A request for a message: what is taken can be sent on with another model, is then taken again,
// and put back byte for byte; its canonical form, if it has one, is a chat request, and if it has
// none, there is a reason.
#include <string>
#include <vector>

#include "dialects/anthropic_messages.hpp"
#include "dialects/openai_chat.hpp"
#include "support.hpp"

namespace {

using sluice::calls::Inquiry;
using sluice::calls::Problem;
using sluice::dialects::parseAnthropicMessages;

std::string sentOn(const Inquiry& inquiry, std::string_view model) {
  std::string out;
  inquiry.appendOwn(out, model, false);
  return out;
}

void translate(const Inquiry& inquiry) {
  std::string out;
  std::vector<sluice::plugins::Dropped> dropped;
  if (const auto fault = inquiry.appendCanonical(out, "other", true, dropped)) {
    FUZZ_CHECK(!fault->message.empty());
    return;
  }
  Problem problem;
  const auto chat = sluice::dialects::parseOpenAiChat(out, problem);
  FUZZ_CHECK(chat && chat->model() == "other" && chat->stream() == inquiry.stream());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string body(reinterpret_cast<const char*>(data), size);
  Problem problem;
  const auto inquiry = parseAnthropicMessages({body, "req"}, problem);
  if (!inquiry) {
    FUZZ_CHECK(problem.status == 400 && !problem.message.empty());
    return 0;
  }
  const std::string model(inquiry->model());
  std::string changed = sentOn(*inquiry, "other");
  const auto again = parseAnthropicMessages({changed, "req"}, problem);
  // Thoughts of other makers are left out; with them a conversation may be gone.
  if (!again) {
    FUZZ_CHECK(problem.param == "messages");
    return 0;
  }
  FUZZ_CHECK(again->model() == "other" && again->stream() == inquiry->stream());
  FUZZ_CHECK(sentOn(*again, model) == sentOn(*inquiry, model));
  translate(*inquiry);
  return 0;
}
