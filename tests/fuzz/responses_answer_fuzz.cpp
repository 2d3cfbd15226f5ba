// An answer of an upstream that speaks the Responses API, event by event and cut anywhere: what
// goes on to the client is what came, an end is an end only with the whole response, nothing
// follows a fault, and what is kept can be read again. The same bytes are read as an answer that
// comes whole.
#include <string>

#include "dialects/json_document.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_responses.hpp"
#include "support.hpp"
#include "wire/sse.hpp"

namespace {

using namespace sluice;
using dialects::JsonView;

bool isJson(std::string_view text) {
  simdjson::dom::element root;
  return dialects::parseJson(text, root) == simdjson::SUCCESS;
}

std::unique_ptr<dialects::ResponsesInquiry> inquiryOf(std::string& body) {
  calls::Problem problem;
  return dialects::parseOpenAiResponses(body, {true, false}, problem);
}

void checkProgress(const calls::Progress& progress) {
  FUZZ_CHECK(!progress.ended || progress.finished);
  FUZZ_CHECK(progress.settled == progress.finished);
  FUZZ_CHECK(!progress.finished || progress.content);
  FUZZ_CHECK(!progress.fault || (!progress.finished && !progress.fault->message.empty()));
}

void checkKept(const dialects::ResponsesInquiry& inquiry, bool finished) {
  FUZZ_CHECK(finished || !inquiry.answered());
  if (!inquiry.answered()) return;
  const dialects::KeptResponse kept = inquiry.kept();
  FUZZ_CHECK(!kept.id.empty() && isJson(kept.response));
  const JsonView response(kept.response);
  FUZZ_CHECK(response["object"].says("response") && response["output"].isArray());
  FUZZ_CHECK(response["id"].says(kept.id));
}

// A stream that did not end is ended as failed.
void checkBroken(const dialects::ResponsesInquiry& inquiry) {
  calls::Problem problem;
  problem.message = "it broke";
  std::string last;
  inquiry.appendErrorEvent(last, problem);
  wire::SseFramer framer;
  wire::SseBlock block;
  framer.give(last);
  FUZZ_CHECK(framer.next(block) && block.event == "response.failed" && isJson(block.data));
  const JsonView event(block.data);
  FUZZ_CHECK(event["sequence_number"].whole().has_value());
  FUZZ_CHECK(event["response"]["status"].says("failed"));
  FUZZ_CHECK(event["response"]["error"]["message"].says("it broke"));
}

std::string streamed(const fuzz::Input& input, bool cut) {
  static std::string body = R"({"model":"m","stream":true,"input":"x"})";
  const auto inquiry = inquiryOf(body);
  const auto passage = inquiry->passage();
  const calls::Progress& progress = passage->progress();
  wire::SseFramer framer;
  wire::SseBlock block;
  std::string out;
  for (std::size_t at = 0; at < input.bytes.size() && !progress.fault;) {
    const std::size_t end = cut ? input.nextCut(at) : input.bytes.size();
    const fuzz::Exact piece(input.bytes.substr(at, end - at));
    framer.give(piece.view());
    at = end;
    while (!progress.fault && framer.next(block)) {
      const std::size_t before = out.size();
      const bool over = progress.ended;
      passage->block(block, out);
      const std::string_view fresh = std::string_view(out).substr(before);
      FUZZ_CHECK(fresh.empty() || fresh == block.raw);
      FUZZ_CHECK(fresh.empty() == (progress.fault.has_value() || over) || block.raw.empty());
      checkProgress(progress);
    }
  }
  if (!progress.fault) passage->close(out);
  checkKept(*inquiry, progress.finished);
  if (!progress.finished) checkBroken(*inquiry);
  return out;
}

void checkWhole(std::string_view bytes) {
  static std::string body = R"({"model":"m","input":"x"})";
  const auto inquiry = inquiryOf(body);
  const auto passage = inquiry->passage();
  passage->whole(fuzz::Exact(bytes).view());
  checkProgress(passage->progress());
  FUZZ_CHECK(passage->progress().fault.has_value() != passage->progress().finished);
  FUZZ_CHECK(passage->progress().fault || isJson(bytes));
  checkKept(*inquiry, passage->progress().finished);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  FUZZ_CHECK(streamed(input, false) == streamed(input, true));
  checkWhole(input.bytes);
  return 0;
}
