#include "dialects/anthropic_messages.hpp"

#include <simdjson.h>

#include <initializer_list>
#include <limits>
#include <optional>

#include "base/json.hpp"
#include "dialects/anthropic_count.hpp"
#include "dialects/anthropic_error.hpp"
#include "dialects/anthropic_foreign.hpp"
#include "dialects/anthropic_messages_passage.hpp"
#include "dialects/anthropic_messages_rendering.hpp"
#include "dialects/anthropic_names.hpp"
#include "dialects/anthropic_request.hpp"
#include "dialects/passed_fields.hpp"
#include "dialects/request_text.hpp"
#include "wire/query.hpp"

namespace sluice::dialects {

namespace {

using calls::Problem;
namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;

constexpr std::size_t kBytesAToken = 4;  // near enough for text, and said to be an estimate

constexpr std::string_view kNoThinking = R"({"type":"disabled"})";

// What the gateway needs of a request, and where in the body it may have to change something.
struct Reading {
  std::string model;
  bool stream = false;
  Span modelValue;                    // the model's name, with its quotes
  Span turns;                         // `messages`, if something of it must not go out as it stands
  std::string ownTurns;               // what goes out instead
  std::optional<std::size_t> silent;  // from this message on there may be no thoughts
  Span thinking;                      // `thinking` then
  Span edits;                         // those of `context_management` then
  std::string ownEdits;
};

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
    // None at all goes on with what an upstream of the dialect holds.
    if (!value.is_array()) return wrong("an array of messages");
  } else if (name == "max_tokens") {
    std::uint64_t tokens = 0;
    if (value.get(tokens) != simdjson::SUCCESS) return wrong("a whole number, not negative");
  } else if (name == "stream") {
    const bool null = value.type() == dom::element_type::NULL_VALUE;
    if (!null && value.get(into.stream) != simdjson::SUCCESS) return wrong("true or false");
  }
  return true;
}

// Where the turn begins that Anthropic cannot be asked to think in the middle of.
std::optional<std::size_t> silentTurn(dom::object request) {
  std::string_view type;
  dom::array turns;
  const bool asked = request["thinking"]["type"].get(type) == simdjson::SUCCESS &&
                     type == "enabled" && request["messages"].get(turns) == simdjson::SUCCESS;
  return asked ? unthoughtTurn(turns) : std::nullopt;
}

simdjson::error_code locate(const std::string& body, Reading& into) {
  ondemand::document document;
  if (const auto error = locateIn(body, document)) return error;
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) return error;
  const bool foreign = holdsForeignProofs(body);
  for (auto member : object) {
    std::string_view name;
    if (const auto error = member.unescaped_key().get(name)) return error;
    if (name == "model") {
      into.modelValue = spanOf(member.value().raw_json_token(), body);
    } else if (name == "messages" && (foreign || into.silent)) {
      ondemand::array turns;
      if (const auto error = member.value().get_array().get(turns)) return error;
      std::string_view raw;
      const std::size_t silent = into.silent.value_or(std::numeric_limits<std::size_t>::max());
      if (const auto error = withoutForeignProofs(turns, silent, raw, into.ownTurns)) return error;
      into.turns = spanOf(raw, body);
    } else if (name == "thinking" && into.silent) {
      ondemand::object thinking;
      if (const auto error = member.value().get_object().get(thinking)) return error;
      std::string_view raw;
      if (const auto error = thinking.raw_json().get(raw)) return error;
      into.thinking = spanOf(raw, body);
    } else if (name == "context_management" && into.silent) {
      ondemand::array edits;
      if (member.value()["edits"].get_array().get(edits) != simdjson::SUCCESS) continue;
      std::string_view raw;
      if (const auto error = withoutThoughtEdits(edits, raw, into.ownEdits)) return error;
      into.edits = spanOf(raw, body);
    }
  }
  return simdjson::SUCCESS;
}

class AnthropicMessagesInquiry : public calls::Inquiry {
 public:
  AnthropicMessagesInquiry(const AnthropicAsked& asked, Reading reading)
      : body_(asked.body),
        requestId_(asked.requestId),
        beta_(wire::queryParameter(asked.query, "beta") == "true"),
        reading_(std::move(reading)) {}

  std::string_view dialect() const noexcept override { return "anthropic.messages"; }
  std::string_view model() const noexcept override { return reading_.model; }
  bool stream() const noexcept override { return reading_.stream; }
  std::size_t size() const noexcept override { return body_.size(); }
  std::span<const std::string_view> ownFieldNames() const noexcept override {
    return dialects::ownFieldNames(Naming::anthropic);
  }

  std::string_view ownQuery() const noexcept override {
    return beta_ ? std::string_view("beta=true") : std::string_view();
  }

  // This dialect tells its usage unasked.
  void appendOwn(std::string& out, std::string_view model, bool) const override {
    out.reserve(out.size() + body_.size() + model.size() + 64);
    std::string quoted;
    json::appendString(quoted, model);
    std::vector<Edit> edits{{reading_.modelValue, quoted}};
    if (!reading_.ownTurns.empty()) edits.push_back({reading_.turns, reading_.ownTurns});
    if (reading_.thinking.size != 0) edits.push_back({reading_.thinking, kNoThinking});
    if (reading_.edits.size != 0) edits.push_back({reading_.edits, reading_.ownEdits});
    appendEdited(out, body_, std::move(edits));
  }
  std::optional<plugins::Fault> appendCanonical(
      std::string& out, std::string_view model, bool askForUsage,
      std::vector<plugins::Dropped>& dropped) const override {
    ondemand::document document;
    ondemand::value root;
    simdjson::error_code error = locateIn(body_, document);
    if (!error) error = document.get_value().get(root);
    if (!error) return appendCanonicalChat(out, root, {model, askForUsage, dropped});
    plugins::Fault fault;
    fault.code = plugins::Code::invalidArgument;
    fault.message = simdjson::error_message(error);
    return fault;
  }

  std::string nameOf(std::string_view canonical) const override {
    return anthropicNameOf(canonical, body_);
  }

  std::unique_ptr<calls::Passage> passage() const override {
    return std::make_unique<AnthropicMessagesPassage>();
  }
  std::unique_ptr<calls::Rendering> rendering(std::string_view model,
                                              std::string_view id) const override {
    return std::make_unique<AnthropicMessagesRendering>(model, id, reading_.stream);
  }

  void appendFields(std::string& out, const wire::Fields& upstream, bool same) const override {
    appendAnswerFields(out, Naming::anthropic, {upstream, same}, requestId_);
  }
  void appendLimits(std::string& out, const wire::Fields& upstream, bool same) const override {
    appendLimitFields(out, Naming::anthropic, {upstream, same});
  }
  int status(const Problem& problem) const noexcept override { return anthropicStatus(problem); }
  void appendError(std::string& out, const Problem& problem) const override {
    appendAnthropicError(out, problem, requestId_);
  }
  void appendErrorEvent(std::string& out, const Problem& problem) const override {
    out += "event: error\ndata: ";
    appendError(out, problem);
    out += "\n\n";
  }

 private:
  const std::string& body_;
  std::string_view requestId_;
  const bool beta_;  // as the official libraries say beside anthropic-beta
  Reading reading_;
};

class AnthropicCountInquiry final : public AnthropicMessagesInquiry {
 public:
  using AnthropicMessagesInquiry::AnthropicMessagesInquiry;

  plugins::Op op() const noexcept override { return plugins::Op::count; }
  std::unique_ptr<calls::Passage> passage() const override {
    return std::make_unique<AnthropicCountPassage>();
  }
  std::unique_ptr<calls::Rendering> rendering(std::string_view, std::string_view) const override {
    return std::make_unique<AnthropicCountRendering>();
  }
  bool appendEstimate(std::string& out) const override {
    appendCount(out, (size() + kBytesAToken - 1) / kBytesAToken);
    return true;
  }
};

bool read(const AnthropicAsked& asked, std::initializer_list<const char*> needed, Reading& reading,
          Problem& problem) {
  dom::object object;
  if (!parseRequest(asked.body, needed, object, problem)) return false;
  for (const dom::key_value_pair member : object) {
    if (!checkMember(member.key, member.value, reading, problem)) return false;
  }
  reading.silent = silentTurn(object);
  const auto error = locate(asked.body, reading);
  if (!error) return true;
  problem =
      invalidRequest(std::string("the body cannot be read: ") + simdjson::error_message(error));
  return false;
}

}  // namespace

std::unique_ptr<calls::Inquiry> parseAnthropicMessages(const AnthropicAsked& asked,
                                                       Problem& problem) {
  Reading reading;
  if (!read(asked, {"model", "messages", "max_tokens"}, reading, problem)) return nullptr;
  return std::make_unique<AnthropicMessagesInquiry>(asked, std::move(reading));
}

std::unique_ptr<calls::Inquiry> parseAnthropicCount(const AnthropicAsked& asked, Problem& problem) {
  Reading reading;
  if (!read(asked, {"model", "messages"}, reading, problem)) return nullptr;
  reading.stream = false;
  return std::make_unique<AnthropicCountInquiry>(asked, std::move(reading));
}

}  // namespace sluice::dialects
