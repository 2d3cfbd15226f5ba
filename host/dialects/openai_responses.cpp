#include "dialects/openai_responses.hpp"

#include <algorithm>
#include <array>

#include "base/error_body.hpp"
#include "base/json.hpp"
#include "dialects/openai_responses_answer.hpp"
#include "dialects/openai_responses_canonical.hpp"
#include "dialects/openai_responses_messages.hpp"
#include "dialects/passed_fields.hpp"
#include "dialects/request_text.hpp"

namespace sluice::dialects {

namespace {

using calls::Problem;

constexpr std::string_view kAskForUsage = ",\"stream_options\":{\"include_usage\":true}";

// Codes that clients know of a response that failed.
std::string_view failureCode(const Problem& problem) {
  constexpr std::array<std::string_view, 4> known{"context_length_exceeded", "insufficient_quota",
                                                  "invalid_prompt", "rate_limit_exceeded"};
  const auto found = std::find(known.begin(), known.end(), problem.code);
  return found == known.end() ? std::string_view("server_error") : *found;
}

std::string_view prefixOf(JsonView item) {
  const JsonView type = item["type"];
  if (type.says("reasoning")) return "rs_";
  if (type.says("function_call")) return "fc_";
  if (type.says("function_call_output")) return "fco_";
  if (type.says("custom_tool_call")) return "ctc_";
  if (type.says("custom_tool_call_output")) return "ctco_";
  return !type.given() || type.says("message") ? "msg_" : "item_";
}

// Whether it is reasoning whose proof is in the gateway's own wrapping, which no upstream can read,
// or that has none.
bool provenHere(const NamedItem& one) {
  if (!one.item["type"].says("reasoning")) return false;
  return one.item["encrypted_content"].text().starts_with(kReasoningMark);
}

// Whether it is reasoning without any proof: an upstream could only look for it by its id.
bool unproven(const NamedItem& one) {
  return one.item["type"].says("reasoning") && !one.item["encrypted_content"].given();
}

// An item as it is listed: with an id, a type and its content as parts.
std::string listed(JsonView item) {
  std::string out;
  json::Writer w(out);
  w.beginObject();
  if (!item["id"].given()) w.key("id").string(newResponsesId(prefixOf(item)));
  if (!item["type"].given()) w.key("type").string("message");
  const bool message = prefixOf(item) == "msg_";
  if (message && !item["status"].given()) w.key("status").string("completed");
  JsonMembers members(item);
  while (members.next()) {
    const JsonView value = members.value();
    if (value.isNull() && (members.name() == "id" || members.name() == "type")) continue;
    w.key(members.name());
    if (!message || members.name() != "content" || !value.isString()) {
      w.raw(value.raw());
      continue;
    }
    const bool said = item["role"].says("assistant");
    w.beginArray().beginObject().key("type").string(said ? "output_text" : "input_text");
    w.key("text").raw(value.raw());
    if (said) w.key("annotations").raw("[]");
    w.endObject().endArray();
  }
  w.endObject();
  return out;
}

class OpenAiResponsesInquiry final : public ResponsesInquiry {
 public:
  OpenAiResponsesInquiry(const std::string& body, ResponsesOptions options) noexcept
      : body_(body), options_(options) {}
  bool read(std::string& body, Problem& problem) { return request_.read(body, problem); }

  std::string_view dialect() const noexcept override { return "openai.responses"; }
  std::string_view model() const noexcept override { return request_.model(); }
  bool stream() const noexcept override { return request_.stream(); }
  std::size_t size() const noexcept override { return body_.size(); }

  const std::string& previous() const noexcept override { return request_.previous(); }
  std::vector<std::string> references() const override;
  void continueFrom(Conversation conversation) override { conversation_ = std::move(conversation); }
  bool keeps() const noexcept override { return options_.keep && request_.store(); }
  bool background() const noexcept override { return request_.background(); }
  bool pending() const noexcept override { return answer_ && answer_->pending(); }
  bool answered() const noexcept override { return answer_ && !answer_->whole.empty(); }
  KeptResponse kept() const override;
  void uncount() const noexcept override { answer_->uncount(); }

  void appendOwn(std::string& out, std::string_view model, bool) const override {
    appendOwnTo({{}, false}, out, model, false);
  }
  void appendOwnTo(calls::SentTo to, std::string& out, std::string_view model, bool) const override;
  std::optional<plugins::Fault> appendCanonical(
      std::string& out, std::string_view model, bool askForUsage,
      std::vector<plugins::Dropped>& dropped) const override;

  std::string nameOf(std::string_view name) const override {
    return responsesNameOf(name, canonical().origins);
  }

  std::unique_ptr<calls::Passage> passage() const override {
    keeper_ = sentTo_;
    findsIt_ = knowsIds_;
    return std::make_unique<OpenAiResponsesPassage>(newAnswer({}));
  }
  std::unique_ptr<calls::Rendering> rendering(std::string_view model,
                                              std::string_view) const override {
    keeper_.clear();
    return std::make_unique<OpenAiResponsesRendering>(request_, newAnswer(model));
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
  void appendErrorEvent(std::string& out, const Problem& problem) const override;

 private:
  std::shared_ptr<ResponsesAnswer> newAnswer(std::string_view model) const;
  std::vector<NamedItem> conversation() const;
  const ResponsesCanonical& canonical() const;

  const std::string& body_;
  const ResponsesOptions options_;
  ResponsesRequest request_;
  Conversation conversation_;
  // Made as attempts need them, all on the call's loop.
  mutable std::optional<ResponsesCanonical> canonical_;
  mutable std::shared_ptr<ResponsesAnswer> answer_;  // of the newest attempt
  mutable std::string sentTo_;                       // who was sent the client's own body last
  mutable bool knowsIds_ = false;                    // it finds what it keeps by an id alone
  mutable std::string keeper_;                       // who keeps the newest answer too
  mutable bool findsIt_ = false;                     // by its id
};

std::vector<std::string> OpenAiResponsesInquiry::references() const {
  std::vector<std::string> ids;
  for (const JsonView item : request_.items()) {
    if (std::string id = referenceOf(item); !id.empty()) ids.push_back(std::move(id));
  }
  return ids;
}

// All turns in order, with what items refer to in their place.
std::vector<NamedItem> OpenAiResponsesInquiry::conversation() const {
  std::vector<NamedItem> all;
  all.reserve(conversation_.items.size() + 1);
  for (const std::string& item : conversation_.items) {
    all.push_back({JsonView(item), "previous_response_id"});
  }
  const std::vector<JsonView> own = request_.items();
  for (std::size_t i = 0; i < own.size(); ++i) {
    const auto known = conversation_.references.find(referenceOf(own[i]));
    const bool replaced = known != conversation_.references.end();
    all.push_back({replaced ? JsonView(known->second) : own[i],
                   request_["input"].isString() ? "input" : "input[" + std::to_string(i) + "]"});
  }
  return all;
}

const ResponsesCanonical& OpenAiResponsesInquiry::canonical() const {
  if (canonical_) return *canonical_;
  if (!request_.previous().empty() && !conversation_.found) {
    Problem& problem = canonical_.emplace().problem.emplace(responseNotFound(request_.previous()));
    if (conversation_.unfinished)
      problem.message = "what '" + request_.previous() +
                        "' says is not known here yet: it goes on in the background, until a GET "
                        "of it finds it finished";
    return *canonical_;
  }
  const std::vector<NamedItem> items = conversation();
  for (const NamedItem& one : items) {
    const std::string id = referenceOf(one.item);
    if (id.empty()) continue;
    canonical_.emplace().problem = invalidRequest("there is no item '" + id + "' here", one.where);
    return *canonical_;
  }
  canonical_ = canonicalResponses(request_, items, options_.dropHostedTools);
  return *canonical_;
}

std::optional<plugins::Fault> OpenAiResponsesInquiry::appendCanonical(
    std::string& out, std::string_view model, bool askForUsage,
    std::vector<plugins::Dropped>& dropped) const {
  const ResponsesCanonical& made = canonical();
  if (made.problem) {
    plugins::Fault fault;
    fault.code = plugins::Code::invalidArgument;
    fault.retryable = true;  // a target that speaks the dialect may take it
    fault.message = made.problem->message;
    fault.type = made.problem->type;
    fault.symbol = made.problem->code;
    fault.param = made.problem->param;
    return fault;
  }
  dropped.insert(dropped.end(), made.dropped.begin(), made.dropped.end());
  out += "{\"model\":";
  json::appendString(out, model);
  out += ',';
  out += made.members;
  if (askForUsage && stream()) out += kAskForUsage;
  out += '}';
  return std::nullopt;
}

// The client's bytes; but what the gateway keeps and the provider does not know is put in.
void OpenAiResponsesInquiry::appendOwnTo(calls::SentTo to, std::string& out, std::string_view model,
                                         bool) const {
  sentTo_ = to.provider;
  knowsIds_ = to.oneAccount;
  const bool ours = conversation_.found || !conversation_.references.empty();
  const std::vector<NamedItem> all = conversation();
  const bool expanded = ours && (!to.oneAccount || conversation_.provider != to.provider);
  const std::size_t known = expanded ? 0 : conversation_.items.size();
  const bool replace = expanded || std::any_of(all.begin() + static_cast<std::ptrdiff_t>(known),
                                               all.end(), provenHere);
  std::string quoted, items;
  json::appendString(quoted, model);
  std::vector<Edit> edits{{spanOf(request_["model"].raw(), body_), quoted}};
  if (replace) {
    for (std::size_t i = known; i < all.size(); ++i) {
      if (provenHere(all[i]) || (i < conversation_.items.size() && unproven(all[i]))) continue;
      if (!items.empty()) items += ',';
      items += all[i].item.raw();
    }
    items = "[" + items + "]";
    const bool input = request_["input"].exists();  // else a stored prompt holds the newest
    if (input) edits.push_back({spanOf(request_["input"].raw(), body_), items});
    if (!input) items.insert(0, "null,\"input\":");
    if (expanded && conversation_.found) {
      edits.push_back({spanOf(request_["previous_response_id"].raw(), body_),
                       input ? std::string_view("null") : std::string_view(items)});
    }
  }
  appendEdited(out, body_, std::move(edits));
}

std::shared_ptr<ResponsesAnswer> OpenAiResponsesInquiry::newAnswer(std::string_view model) const {
  answer_ = std::make_shared<ResponsesAnswer>();
  answer_->state.id = newResponsesId("resp_");
  answer_->state.model = model;
  answer_->state.createdAt = secondsNow();
  answer_->state.stored = keeps();
  answer_->background = request_.background();
  return answer_;
}

// Only after something has reached the client: then there is an answer to end.
void OpenAiResponsesInquiry::appendErrorEvent(std::string& out, const Problem& problem) const {
  if (!answer_) newAnswer(request_.model());
  if (answer_->background) {
    appendResponsesError(out, problem, *answer_);
    return;
  }
  ResponseState& state = answer_->state;
  state.status = "failed";
  state.incompleteBecause = {};
  state.errorCode = failureCode(problem);
  state.errorMessage = problem.message;
  state.stored = false;
  std::string response;
  appendResponse(response, request_, state);
  appendResponsesEvent(out, "response.failed", response, *answer_);
}

KeptResponse OpenAiResponsesInquiry::kept() const {
  KeptResponse made;
  made.id = answer_->state.id;
  made.previous = request_.previous();
  made.response = answer_->told();
  made.pending = answer_->whole.empty();
  // Who says that it stores nothing could not go on from the id alone.
  const bool kept = made.pending || JsonView(made.response)["store"].boolean().value_or(true);
  if (kept) made.keeper = keeper_;
  if (kept && findsIt_) made.provider = keeper_;
  const std::vector<NamedItem> items = conversation();
  std::size_t first = conversation_.items.size();
  // An upstream that gives the same id again: this one takes the place of what it follows on.
  if (conversation_.found && made.id == made.previous) {
    made.previous = {};
    first = 0;
  }
  for (std::size_t i = first; i < items.size(); ++i) {
    made.input.push_back(listed(items[i].item));
  }
  return made;
}

}  // namespace

Problem responseNotFound(std::string_view id) {
  return invalidRequest("there is no response '" + std::string(id) +
                            "' here: it was never kept, was deleted, or is no longer kept",
                        "previous_response_id", "previous_response_not_found");
}

std::unique_ptr<ResponsesInquiry> parseOpenAiResponses(std::string& body,
                                                       const ResponsesOptions& options,
                                                       Problem& problem) {
  auto inquiry = std::make_unique<OpenAiResponsesInquiry>(body, options);
  if (!inquiry->read(body, problem)) return nullptr;
  return inquiry;
}

}  // namespace sluice::dialects
