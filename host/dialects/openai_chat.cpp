#include "dialects/openai_chat.hpp"

#include <simdjson.h>

#include <vector>

#include "base/error_body.hpp"
#include "base/json.hpp"
#include "dialects/openai_chat_answer.hpp"
#include "dialects/passed_fields.hpp"
#include "dialects/request_text.hpp"

namespace sluice::dialects {

namespace {

using calls::Problem;
namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;

constexpr std::string_view kAskForUsage = "{\"include_usage\":true}";

// What the gateway needs of a request, and where in the body it may have to change something.
struct Reading {
  std::string model;
  bool stream = false;
  bool usageWanted = false;
  std::uint64_t choices = 1;
  Span modelValue;        // the model's name, with its quotes
  Span usageEdit;         // what `usageText` takes the place of
  std::string usageText;  // empty: usage is asked for already
};

bool isNull(dom::element value) { return value.type() == dom::element_type::NULL_VALUE; }

// The members whose values matter here, checked for their types. Returns false with `problem`.
bool checkMember(std::string_view name, dom::element value, Reading& into, Problem& problem) {
  const auto wrong = [&](const char* wanted) {
    problem = invalidRequest("'" + std::string(name) + "' must be " + wanted, std::string(name));
    return false;
  };
  if (name == "model") {
    std::string_view model;
    if (value.get(model) != simdjson::SUCCESS || model.empty()) return wrong("the name of a model");
    into.model = model;
  } else if (name == "messages") {
    dom::array messages;
    if (value.get(messages) != simdjson::SUCCESS || messages.begin() == messages.end()) {
      return wrong("an array of at least one message");
    }
  } else if (name == "stream") {
    if (!isNull(value) && value.get(into.stream) != simdjson::SUCCESS)
      return wrong("true or false");
  } else if (name == "n") {
    if (isNull(value)) return true;
    if (value.get(into.choices) != simdjson::SUCCESS || into.choices < 1 || into.choices > 128) {
      return wrong("a number from 1 to 128");
    }
  } else if (name == "stream_options") {
    dom::object options;
    if (isNull(value)) return true;
    if (value.get(options) != simdjson::SUCCESS) return wrong("an object");
    dom::element usage;
    if (options["include_usage"].get(usage) == simdjson::SUCCESS && !isNull(usage) &&
        usage.get(into.usageWanted) != simdjson::SUCCESS) {
      return wrong("an object whose include_usage is true or false");
    }
  }
  return true;
}

bool checkMembers(dom::object object, Reading& into, Problem& problem) {
  for (const dom::key_value_pair member : object) {
    if (!checkMember(member.key, member.value, into, problem)) return false;
  }
  return true;
}

// Where usage has to be asked for inside an existing stream_options object.
simdjson::error_code locateUsage(ondemand::object options, const std::string& body, Reading& into) {
  std::string_view raw;
  if (const auto error = options.raw_json().get(raw)) return error;
  if (const auto error = options.reset().error()) return error;
  bool empty = true;
  for (auto member : options) {
    empty = false;
    std::string_view name;
    if (const auto error = member.unescaped_key().get(name)) return error;
    if (name != "include_usage") continue;
    into.usageText = "true";
    into.usageEdit = spanOf(member.value().raw_json_token(), body);
    return simdjson::SUCCESS;
  }
  into.usageText = empty ? "\"include_usage\":true" : "\"include_usage\":true,";
  into.usageEdit = {spanOf(raw, body).at + 1, 0};
  return simdjson::SUCCESS;
}

// Finds the places to change. The body has been validated; its end is its last brace.
simdjson::error_code locate(const std::string& body, Reading& into) {
  ondemand::document document;
  if (const auto error = locateIn(body, document)) return error;
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) return error;
  into.usageText = ",\"stream_options\":" + std::string(kAskForUsage);
  into.usageEdit = {body.rfind('}'), 0};
  for (auto member : object) {
    std::string_view name;
    if (const auto error = member.unescaped_key().get(name)) return error;
    if (name == "model") {
      into.modelValue = spanOf(member.value().raw_json_token(), body);
    } else if (name == "stream_options") {
      ondemand::value value = member.value();
      ondemand::json_type type;
      if (const auto error = value.type().get(type)) return error;
      if (type == ondemand::json_type::object) {
        ondemand::object options;
        if (const auto error = value.get_object().get(options)) return error;
        if (const auto error = locateUsage(options, body, into)) return error;
      } else {
        into.usageText = kAskForUsage;
        into.usageEdit = spanOf(value.raw_json_token(), body);
      }
    }
  }
  if (into.usageWanted) into.usageText.clear();
  return simdjson::SUCCESS;
}

class OpenAiChatInquiry final : public calls::Inquiry {
 public:
  OpenAiChatInquiry(const std::string& body, Reading reading)
      : body_(body), reading_(std::move(reading)) {}

  std::string_view dialect() const noexcept override { return "openai.chat"; }
  std::string_view model() const noexcept override { return reading_.model; }
  bool stream() const noexcept override { return reading_.stream; }
  std::size_t size() const noexcept override { return body_.size(); }

  void appendOwn(std::string& out, std::string_view model, bool askForUsage) const override {
    out.reserve(out.size() + body_.size() + model.size() + 64);
    std::string quoted;
    json::appendString(quoted, model);
    std::vector<Edit> edits{{reading_.modelValue, quoted}};
    if (askForUsage && reading_.stream && !reading_.usageText.empty()) {
      edits.push_back({reading_.usageEdit, reading_.usageText});
    }
    appendEdited(out, body_, std::move(edits));
  }
  // The canonical form is this dialect.
  std::optional<plugins::Fault> appendCanonical(std::string& out, std::string_view model,
                                                bool askForUsage,
                                                std::vector<plugins::Dropped>&) const override {
    appendOwn(out, model, askForUsage);
    return std::nullopt;
  }

  std::unique_ptr<calls::Passage> passage() const override {
    return std::make_unique<OpenAiChatPassage>(reading_.choices, reading_.usageWanted);
  }
  std::unique_ptr<calls::Rendering> rendering(std::string_view model,
                                              std::string_view id) const override {
    return std::make_unique<OpenAiChatRendering>(model, id, reading_.stream, reading_.choices,
                                                 reading_.usageWanted);
  }

  std::span<const std::string_view> ownFieldNames() const noexcept override {
    return dialects::ownFieldNames(Naming::openAi);
  }
  void appendFields(std::string& out, const wire::Fields& upstream, bool same) const override {
    appendAnswerFields(out, Naming::openAi, {upstream, same});
  }
  void appendLimits(std::string& out, const wire::Fields& upstream, bool same) const override {
    appendLimitFields(out, Naming::openAi, {upstream, same});
  }
  void appendError(std::string& out, const Problem& problem) const override {
    appendErrorBody(out, problem.message, problem.type, problem.param, problem.code);
  }
  void appendErrorEvent(std::string& out, const Problem& problem) const override {
    out += "data: ";
    appendError(out, problem);
    out += "\n\n";
  }

 private:
  const std::string& body_;
  Reading reading_;
};

}  // namespace

std::unique_ptr<calls::Inquiry> parseOpenAiChat(std::string& body, Problem& problem) {
  dom::object object;
  Reading reading;
  if (!parseRequest(body, {"model", "messages"}, object, problem)) return nullptr;
  if (!checkMembers(object, reading, problem)) return nullptr;
  if (const auto error = locate(body, reading)) {
    problem =
        invalidRequest(std::string("the body cannot be read: ") + simdjson::error_message(error));
    return nullptr;
  }
  return std::make_unique<OpenAiChatInquiry>(body, std::move(reading));
}

}  // namespace sluice::dialects
