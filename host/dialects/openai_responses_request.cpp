#include "dialects/openai_responses_request.hpp"

#include <algorithm>
#include <array>

#include "dialects/request_text.hpp"

namespace sluice::dialects {

namespace {

using calls::Problem;
namespace dom = simdjson::dom;

enum class Kind : std::uint8_t { flag, text, number, count, list, object, choice };

struct Known {
  std::string_view name;
  Kind kind;
};

// Members whose types are fixed; null is as good as left out.
constexpr std::array<Known, 26> kKnown{{
    {"background", Kind::flag},
    {"frequency_penalty", Kind::number},
    {"include", Kind::list},
    {"instructions", Kind::text},
    {"max_output_tokens", Kind::count},
    {"max_tool_calls", Kind::count},
    {"metadata", Kind::object},
    {"parallel_tool_calls", Kind::flag},
    {"presence_penalty", Kind::number},
    {"previous_response_id", Kind::text},
    {"prompt", Kind::object},
    {"prompt_cache_key", Kind::text},
    {"reasoning", Kind::object},
    {"safety_identifier", Kind::text},
    {"service_tier", Kind::text},
    {"store", Kind::flag},
    {"stream", Kind::flag},
    {"stream_options", Kind::object},
    {"temperature", Kind::number},
    {"text", Kind::object},
    {"tool_choice", Kind::choice},
    {"tools", Kind::list},
    {"top_logprobs", Kind::count},
    {"top_p", Kind::number},
    {"truncation", Kind::text},
    {"user", Kind::text},
}};

const Known* find(std::string_view name) {
  const auto known = std::find_if(kKnown.begin(), kKnown.end(),
                                  [name](const Known& one) { return one.name == name; });
  return known == kKnown.end() ? nullptr : &*known;
}

bool fits(JsonView value, Kind kind) {
  switch (kind) {
    case Kind::flag: return value.isBoolean();
    case Kind::text: return value.isString();
    case Kind::number: return value.isNumber();
    case Kind::count: return value.whole().has_value();
    case Kind::list: return value.isArray();
    case Kind::object: return value.isObject();
    case Kind::choice: return value.isString() || value.isObject();
  }
  return false;
}

const char* nameOf(Kind kind) {
  switch (kind) {
    case Kind::flag: return "true or false";
    case Kind::text: return "text";
    case Kind::number: return "a number";
    case Kind::count: return "a whole number";
    case Kind::list: return "an array";
    case Kind::object: return "an object";
    case Kind::choice: break;
  }
  return "text or an object";
}

Problem mustBe(const std::string& name, const std::string& wanted) {
  return invalidRequest("'" + name + "' must be " + wanted, name);
}

}  // namespace

JsonView ResponsesRequest::operator[](std::string_view name) const noexcept {
  for (const Member& member : members_) {
    if (member.name == name) return member.value;
  }
  return {};
}

std::vector<std::string> ResponsesRequest::unknown() const {
  std::vector<std::string> names;
  for (const Member& member : members_) {
    const std::string& name = member.name;
    if (find(name) == nullptr && name != "model" && name != "input" && !member.value.isNull())
      names.push_back(name);
  }
  return names;
}

bool ResponsesRequest::check(const Member& member, Problem& problem) {
  const std::string& name = member.name;
  const JsonView value = member.value;
  if (name == "model") {
    model_ = value.text();
    if (!model_.empty()) return true;
    problem = mustBe(name, "the name of a model");
    return false;
  }
  if (name == "input") {
    if (value.isString() || value.isArray()) return true;
    problem = mustBe(name, "text or an array of items");
    return false;
  }
  const Known* const known = find(name);
  if (known == nullptr || value.isNull() || fits(value, known->kind)) return true;
  problem = mustBe(name, nameOf(known->kind));
  return false;
}

bool ResponsesRequest::read(std::string& body, Problem& problem) {
  dom::object object;
  if (!parseRequest(body, {"model"}, object, problem)) return false;
  const JsonView whole{body};
  JsonMembers members(whole);
  while (members.next()) {
    const Member member{std::string(members.name()), members.value()};
    if (!check(member, problem)) return false;
    members_.push_back(member);
  }
  // A stored prompt may hold the input.
  if (!(*this)["input"].exists() && !(*this)["prompt"].given()) {
    problem = invalidRequest("'input' is missing", "input", "missing_required_parameter");
    return false;
  }
  previous_ = (*this)["previous_response_id"].text();
  if (const JsonView input = (*this)["input"]; input.isString()) {
    onlyItem_ = R"({"type":"message","role":"user","content":)";
    onlyItem_ += input.raw();
    onlyItem_ += '}';
  }
  return true;
}

std::vector<JsonView> ResponsesRequest::items() const {
  std::vector<JsonView> found;
  if (!onlyItem_.empty()) found.emplace_back(onlyItem_);
  JsonElements elements((*this)["input"]);
  while (elements.next()) found.push_back(elements.value());
  return found;
}

std::string referenceOf(JsonView item) {
  if (!item.isObject()) return {};
  const JsonView type = item["type"];
  const bool said = type.given() ? !type.says("item_reference")
                                 : item["role"].exists() || item["content"].exists();
  return said ? std::string() : item["id"].text();
}

}  // namespace sluice::dialects
