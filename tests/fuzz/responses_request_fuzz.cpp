// A request of the Responses API: what is taken can be sent on with another model, is then taken
// again with that model, and put back byte for byte; in canonical form it is valid JSON with that
// model and its messages, or refused by the name of a member; and what it adds to a conversation
// can be kept and read again.
#include <string>

#include "dialects/json_document.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_responses.hpp"
#include "support.hpp"

namespace {

using sluice::calls::Problem;
using namespace sluice::dialects;

constexpr ResponsesOptions kKeep{true, false};

std::string sentOn(const ResponsesInquiry& inquiry, std::string_view model) {
  std::string out;
  inquiry.appendOwn(out, model, true);
  return out;
}

void checkCanonical(const ResponsesInquiry& inquiry) {
  std::string out;
  std::vector<sluice::plugins::Dropped> dropped;
  if (const auto fault = inquiry.appendCanonical(out, "other", true, dropped)) {
    FUZZ_CHECK(!fault->message.empty() && !fault->param.empty());
    FUZZ_CHECK(out.empty() && dropped.empty());
    return;
  }
  simdjson::dom::element root;
  FUZZ_CHECK(parseJson(out, root) == simdjson::SUCCESS);
  const JsonView made{out};
  FUZZ_CHECK(made["model"].says("other") && made["messages"].isArray());
}

// Gives the inquiry an answer, and looks at what is kept of the two.
void checkKept(const ResponsesInquiry& inquiry) {
  const auto rendering = inquiry.rendering("m", "id");
  std::string out;
  rendering->writeTo(out);
  sluice::plugins::Chunk chunk;
  chunk.type = sluice::plugins::ChunkType::finish;
  rendering->push(chunk);
  rendering->close(out);
  FUZZ_CHECK(inquiry.answered());
  simdjson::dom::element root;
  const KeptResponse kept = inquiry.kept();
  FUZZ_CHECK(parseJson(kept.response, root) == simdjson::SUCCESS);
  for (const std::string& item : kept.input) {
    FUZZ_CHECK(parseJson(item, root) == simdjson::SUCCESS && root.is_object());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string body(reinterpret_cast<const char*>(data), size);
  Problem problem;
  const auto inquiry = parseOpenAiResponses(body, kKeep, problem);
  if (!inquiry) {
    FUZZ_CHECK(problem.status == 400 && !problem.message.empty());
    return 0;
  }
  const std::string model(inquiry->model());
  std::string changed = sentOn(*inquiry, "other");
  const auto again = parseOpenAiResponses(changed, kKeep, problem);
  FUZZ_CHECK(again && again->model() == "other" && again->stream() == inquiry->stream());
  // With the model back, only the spelling of its name may differ from what came.
  FUZZ_CHECK(sentOn(*again, model) == sentOn(*inquiry, model));
  checkCanonical(*inquiry);
  checkKept(*inquiry);
  return 0;
}
