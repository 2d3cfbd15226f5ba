#include <simdjson.h>

#include <algorithm>
#include <array>

#include "dialects/json_document.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_error.hpp"
#include "dialects/openai_responses_answer.hpp"
#include "dialects/openai_usage.hpp"

namespace sluice::dialects {

namespace {

namespace dom = simdjson::dom;
using dom::element;

constexpr std::string_view kDone = "[DONE]";

// Events that say nothing of the answer itself yet.
constexpr std::array<std::string_view, 7> kLifecycle{"response.created",
                                                     "response.queued",
                                                     "response.in_progress",
                                                     "response.content_part.added",
                                                     "response.keep_alive",
                                                     "response.reasoning_summary_part.added",
                                                     "keepalive"};

plugins::Fault broken(const char* what) {
  plugins::Fault made;
  made.code = plugins::Code::unavailable;
  made.retryable = true;
  made.message = what;
  return made;
}

std::string_view textOf(element at, const char* name) {
  std::string_view text;
  (void)at[name].get(text);
  return text;
}

bool given(element at, const char* name, element& value) {
  return at[name].get(value) == simdjson::SUCCESS && !value.is_null();
}

// What a failed response, or an event `error`, says of itself.
plugins::Fault failureOf(element at) {
  element error;
  if (given(at, "error", error)) return readOpenAiError(error);
  if (given(at, "message", error)) return readOpenAiError(at);  // flat
  return broken("the upstream says that the response failed");
}

std::string_view itemType(element root) {
  element item;
  return given(root, "item", item) ? textOf(item, "type") : std::string_view();
}

// Whether an item that has just begun says something by that alone.
bool itemSpeaks(element root) {
  const std::string_view type = itemType(root);
  return !type.empty() && type != "message" && type != "reasoning";
}

std::uint64_t spokenBytes(element root) { return textOf(root, "delta").size(); }

bool goesOn(std::string_view status) { return status == "queued" || status == "in_progress"; }

bool failedAs(std::string_view type) {
  return type == "response.failed" || type == "response.cancelled";
}

}  // namespace

OpenAiResponsesPassage::OpenAiResponsesPassage(std::shared_ptr<ResponsesAnswer> answer) noexcept
    : answer_(std::move(answer)) {
  answer_->progress = &progress_;
  // What is used in the background is known at its end alone: nothing else is to be counted.
  if (answer_->background) answer_->uncount();
}

OpenAiResponsesPassage::~OpenAiResponsesPassage() { answer_->progress = nullptr; }

// What one event or one whole answer says.
struct OpenAiResponsesPassage::Seen {
  bool terminal = false;
  bool object = false;  // a response was there
};

// `event`: its type, or empty if `json` is a response itself.
void OpenAiResponsesPassage::read(std::string_view event, std::string_view json, Seen& seen) {
  element root;
  if (parseJson(json, root) != simdjson::SUCCESS || !root.is_object()) {
    progress_.fault = broken("the upstream sent something that is not a JSON object");
    return;
  }
  std::string_view type = event;
  element response = root;
  if (!event.empty() || given(root, "type", response)) {
    if (const auto told = textOf(root, "type"); !told.empty()) type = told;
    if (!given(root, "response", response)) response = root;
  }
  if (type == "error" || (failedAs(type) && !answer_->background)) {
    progress_.fault = failureOf(response);
    return;
  }
  std::uint64_t number = answer_->sequence;  // older upstreams tell none
  (void)root["sequence_number"].get(number);
  answer_->sequence = number + 1;
  seen.object = textOf(response, "object") == "response";
  if (seen.object) readResponse(response);
  seen.terminal = type == "response.completed" || type == "response.incomplete" || failedAs(type);
  // Once it goes on without us, another target would do the same work again.
  if (answer_->background) progress_.content = true;
  const bool lifecycle =
      std::find(kLifecycle.begin(), kLifecycle.end(), type) != kLifecycle.end() ||
      (type == "response.output_item.added" && !itemSpeaks(root)) ||
      (type.ends_with(".delta") && spokenBytes(root) == 0);
  if (!type.empty() && !lifecycle) progress_.content = true;
  if (type == "response.output_item.added" && itemType(root) == "reasoning")
    progress_.thinking = true;
  progress_.contentBytes += spokenBytes(root);
}

void OpenAiResponsesPassage::readResponse(element response) {
  if (const auto id = textOf(response, "id"); !id.empty()) answer_->state.id = id;
  if (const auto model = textOf(response, "model"); !model.empty()) answer_->state.model = model;
  (void)response["created_at"].get(answer_->state.createdAt);
  element usage;
  if (!given(response, "usage", usage)) return;
  if (auto counted = readResponsesUsage(usage)) progress_.usage = counted;
}

// What can be found again by the id that the client was told.
void OpenAiResponsesPassage::keep(JsonView response) {
  const bool whole = response["object"].says("response") && response["output"].isArray();
  if (whole && response["id"].says(answer_->state.id)) answer_->whole = response.raw();
}

// The same of one that is not whole yet.
void OpenAiResponsesPassage::begin(JsonView response) {
  if (!answer_->begun.empty() || !response["object"].says("response")) return;
  if (!goesOn(response["status"].text()) || !response["id"].says(answer_->state.id)) return;
  answer_->begun = response.raw();
}

void OpenAiResponsesPassage::block(const wire::SseBlock& block, std::string& out) {
  if (progress_.ended) return;  // nothing comes after the end
  if (!block.hasData || block.data.empty()) {
    out += block.raw;
    return;
  }
  if (block.data == kDone) {
    progress_.fault = broken("the answer ended before it was finished");
    return;
  }
  Seen seen;
  read(block.event.empty() ? std::string_view("message") : block.event, block.data, seen);
  const bool wanted = seen.terminal || (answer_->background && seen.object);
  const JsonView response = wanted ? JsonView(block.data)["response"] : JsonView();
  if (seen.terminal && !response.isObject())
    progress_.fault = broken("the answer ended without its response");
  if (progress_.fault) return;
  out += block.raw;
  if (!seen.terminal) {
    begin(response);
    return;
  }
  keep(response);
  progress_.finished = progress_.settled = progress_.ended = true;
}

// A stream is over only with its last event, which nobody else can supply.
void OpenAiResponsesPassage::close(std::string&) {}

void OpenAiResponsesPassage::whole(std::string_view body) {
  Seen seen;
  read({}, body, seen);
  if (progress_.fault) return;
  element root;
  if (parseJson(body, root) != simdjson::SUCCESS) return;
  const std::string_view status = textOf(root, "status");
  element error;
  const bool failed = given(root, "error", error) || status == "failed" || status == "cancelled";
  if (failed && !(answer_->background && seen.object)) {
    progress_.fault = failureOf(root);
    return;
  }
  if (!seen.object || !root["output"].is_array()) {
    progress_.fault = broken("the answer is no response with an output");
    return;
  }
  if (goesOn(status)) {
    begin(JsonView(body));
    answer_->uncount();
  } else {
    keep(JsonView(body));
  }
  progress_.content = progress_.settled = progress_.finished = progress_.ended = true;
}

}  // namespace sluice::dialects
