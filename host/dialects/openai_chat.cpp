#include "dialects/openai_chat.hpp"

#include "dialects/openai_chat_answer.hpp"
#include "dialects/openai_request.hpp"

namespace sluice::dialects {

namespace {

using calls::Problem;
namespace dom = simdjson::dom;

bool checkMember(std::string_view name, dom::element value, OpenAiReading& into, Problem& problem) {
  dom::array messages;
  if (name != "messages") return readOpenAiMember(name, value, into, problem);
  if (value.get(messages) == simdjson::SUCCESS && messages.begin() != messages.end()) return true;
  problem = invalidRequest("'messages' must be an array of at least one message", "messages");
  return false;
}

class OpenAiChatInquiry final : public OpenAiInquiry {
 public:
  using OpenAiInquiry::OpenAiInquiry;

  std::string_view dialect() const noexcept override { return "openai.chat"; }

  // The canonical form is this dialect.
  std::optional<plugins::Fault> appendCanonical(std::string& out, std::string_view model,
                                                bool askForUsage,
                                                std::vector<plugins::Dropped>&) const override {
    appendOwn(out, model, askForUsage);
    return std::nullopt;
  }

  std::unique_ptr<calls::Passage> passage() const override {
    return std::make_unique<OpenAiChatPassage>(reading().choices, reading().usageWanted);
  }
  std::unique_ptr<calls::Rendering> rendering(std::string_view model,
                                              std::string_view id) const override {
    return std::make_unique<OpenAiChatRendering>(model, id, stream(), reading().choices,
                                                 reading().usageWanted);
  }
};

}  // namespace

std::unique_ptr<calls::Inquiry> parseOpenAiChat(std::string& body, Problem& problem) {
  dom::object object;
  OpenAiReading reading;
  if (!parseRequest(body, {"model", "messages"}, object, problem)) return nullptr;
  for (const dom::key_value_pair member : object) {
    if (!checkMember(member.key, member.value, reading, problem)) return nullptr;
  }
  if (!locateOpenAi(body, reading, problem)) return nullptr;
  return std::make_unique<OpenAiChatInquiry>(body, std::move(reading));
}

}  // namespace sluice::dialects
