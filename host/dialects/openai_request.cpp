#include "dialects/openai_request.hpp"

#include <vector>

#include "base/error_body.hpp"
#include "base/json.hpp"
#include "dialects/passed_fields.hpp"

namespace sluice::dialects {

namespace {

using calls::Problem;
namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;

constexpr std::string_view kAskForUsage = "{\"include_usage\":true}";

// Where usage has to be asked for inside an existing stream_options object.
simdjson::error_code locateUsage(ondemand::object options, const std::string& body,
                                 OpenAiReading& into) {
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
simdjson::error_code locate(const std::string& body, OpenAiReading& into) {
  ondemand::document document;
  if (const auto error = locateIn(body, document)) return error;
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) return error;
  // Only a stream has to be asked for its usage.
  const bool ask = into.stream && !into.usageWanted;
  if (ask) {
    into.usageText = ",\"stream_options\":" + std::string(kAskForUsage);
    into.usageEdit = {body.rfind('}'), 0};
  }
  for (auto member : object) {
    std::string_view name;
    if (const auto error = member.unescaped_key().get(name)) return error;
    if (name == "model") {
      into.modelValue = spanOf(member.value().raw_json_token(), body);
      if (!ask) break;  // no name stands twice
    } else if (ask && name == "stream_options") {
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
  return simdjson::SUCCESS;
}

bool areTokens(dom::array array) {
  for (const dom::element token : array) {
    if (!token.is_int64()) return false;
  }
  return array.begin() != array.end();
}

}  // namespace

bool isNull(dom::element value) { return value.type() == dom::element_type::NULL_VALUE; }

bool readOpenAiMember(std::string_view name, dom::element value, OpenAiReading& into,
                      Problem& problem) {
  const auto wrong = [&](const char* wanted) {
    problem = invalidRequest("'" + std::string(name) + "' must be " + wanted, std::string(name));
    return false;
  };
  if (name == "model") {
    std::string_view model;
    if (value.get(model) != simdjson::SUCCESS || model.empty()) return wrong("the name of a model");
    into.model = model;
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

bool readOpenAiTexts(dom::element value, OpenAiTexts& into) {
  dom::array array;
  if (value.is_string()) return true;
  if (value.get(array) != simdjson::SUCCESS) return false;
  into.tokens = areTokens(array);
  if (into.tokens) return true;
  into.count = 0;
  for (const dom::element one : array) {
    dom::array tokens;
    const bool text = one.is_string();
    if (!text && (one.get(tokens) != simdjson::SUCCESS || !areTokens(tokens))) return false;
    if (into.count++ != 0 && text == into.tokens) return false;  // one kind, or the other
    into.tokens = !text;
  }
  return into.count != 0;
}

bool locateOpenAi(const std::string& body, OpenAiReading& into, Problem& problem) {
  const auto error = locate(body, into);
  if (!error) return true;
  problem =
      invalidRequest(std::string("the body cannot be read: ") + simdjson::error_message(error));
  return false;
}

void OpenAiInquiry::appendOwn(std::string& out, std::string_view model, bool askForUsage) const {
  out.reserve(out.size() + body_.size() + model.size() + 64);
  std::string quoted;
  json::appendString(quoted, model);
  std::vector<Edit> edits{{reading_.modelValue, quoted}};
  if (askForUsage && !reading_.usageText.empty()) {
    edits.push_back({reading_.usageEdit, reading_.usageText});
  }
  appendEdited(out, body_, std::move(edits));
}

std::span<const std::string_view> OpenAiInquiry::ownFieldNames() const noexcept {
  return dialects::ownFieldNames(Naming::openAi);
}

void OpenAiInquiry::appendFields(std::string& out, const wire::Fields& upstream, bool same) const {
  appendAnswerFields(out, Naming::openAi, {upstream, same});
}

void OpenAiInquiry::appendLimits(std::string& out, const wire::Fields& upstream, bool same) const {
  appendLimitFields(out, Naming::openAi, {upstream, same});
}

void OpenAiInquiry::appendError(std::string& out, const Problem& problem) const {
  appendErrorBody(out, problem.message, problem.type, problem.param, problem.code);
}

void OpenAiInquiry::appendErrorEvent(std::string& out, const Problem& problem) const {
  out += "data: ";
  appendError(out, problem);
  out += "\n\n";
}

}  // namespace sluice::dialects
