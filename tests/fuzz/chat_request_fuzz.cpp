// A chat request: what is taken can be sent on with another model, is then taken again with that
// model, and put back byte for byte; where usage is asked for, it is asked for only once.
#include <string>

#include "dialects/openai_chat.hpp"
#include "support.hpp"

namespace {

using sluice::calls::Inquiry;
using sluice::calls::Problem;
using sluice::dialects::parseOpenAiChat;

std::string sentOn(const Inquiry& inquiry, std::string_view model, bool askForUsage) {
  std::string out;
  inquiry.appendOwn(out, model, askForUsage);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string body(reinterpret_cast<const char*>(data), size);
  Problem problem;
  const auto inquiry = parseOpenAiChat(body, problem);
  if (!inquiry) {
    FUZZ_CHECK(problem.status == 400 && !problem.message.empty());
    return 0;
  }
  const std::string model(inquiry->model());
  std::string changed = sentOn(*inquiry, "other", false);
  const auto again = parseOpenAiChat(changed, problem);
  FUZZ_CHECK(again && again->model() == "other" && again->stream() == inquiry->stream());
  // With the model back, only the spelling of its name may differ from what came.
  const std::string back = sentOn(*again, model, false);
  FUZZ_CHECK(back == sentOn(*inquiry, model, false));

  std::string asking = sentOn(*inquiry, model, true);
  const auto asked = parseOpenAiChat(asking, problem);
  FUZZ_CHECK(asked);
  FUZZ_CHECK(sentOn(*asked, model, true) == asking);
  FUZZ_CHECK(inquiry->stream() || asking == back);
  return 0;
}
