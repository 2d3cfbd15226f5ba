// A request of OpenAI's chat, embeddings or legacy completions: what is taken can be sent on with
// another model, is then taken again with that model, and put back byte for byte; where usage is
// asked for, it is asked for only once. In canonical form it is valid JSON with its model, or
// refused by the name of a member.
#include <string>

#include "dialects/json_document.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_chat.hpp"
#include "dialects/openai_completions.hpp"
#include "dialects/openai_embeddings.hpp"
#include "support.hpp"

namespace {

using sluice::calls::Inquiry;
using sluice::calls::Problem;
using namespace sluice::dialects;

using Parse = std::unique_ptr<Inquiry> (*)(std::string& body, Problem& problem);

std::string sentOn(const Inquiry& inquiry, std::string_view model, bool askForUsage) {
  std::string out;
  inquiry.appendOwn(out, model, askForUsage);
  return out;
}

void checkCanonical(const Inquiry& inquiry) {
  std::string out;
  std::vector<sluice::plugins::Dropped> dropped;
  if (const auto fault = inquiry.appendCanonical(out, "other", true, dropped)) {
    FUZZ_CHECK(!fault->message.empty() && !fault->param.empty() && out.empty());
    return;
  }
  simdjson::dom::element root;
  FUZZ_CHECK(parseJson(out, root) == simdjson::SUCCESS && JsonView(out)["model"].says("other"));
}

void check(Parse parse, std::string body) {
  Problem problem;
  const auto inquiry = parse(body, problem);
  if (!inquiry) {
    FUZZ_CHECK(problem.status == 400 && !problem.message.empty());
    return;
  }
  const std::string model(inquiry->model());
  std::string changed = sentOn(*inquiry, "other", false);
  const auto again = parse(changed, problem);
  FUZZ_CHECK(again && again->model() == "other" && again->stream() == inquiry->stream());
  // With the model back, only the spelling of its name may differ from what came.
  const std::string back = sentOn(*again, model, false);
  FUZZ_CHECK(back == sentOn(*inquiry, model, false));

  std::string asking = sentOn(*inquiry, model, true);
  const auto asked = parse(asking, problem);
  FUZZ_CHECK(asked);
  FUZZ_CHECK(sentOn(*asked, model, true) == asking);
  FUZZ_CHECK(inquiry->stream() || asking == back);
  checkCanonical(*inquiry);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  for (const Parse parse : {parseOpenAiChat, parseOpenAiEmbeddings, parseOpenAiCompletions}) {
    check(parse, body);
  }
  return 0;
}
