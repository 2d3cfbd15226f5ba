#include "members.hpp"

namespace anthropic {
namespace {

namespace json = sluice::json;
using sluice::asks;
using sluice::Body;
using sluice::unsupported;

// The old form of tools, of which other members and messages speak too.
void refuseFunctions(const Body& body) {
  if (asks(body["functions"]))
    unsupported("functions", "are not known to this upstream; use tools");
  if (asks(body["function_call"]))
    unsupported("function_call", "is not known to this upstream; use tool_choice");
}

// Members without which something would be missing from the answer, or be another.
bool asksForMore(const Body& body, std::string_view name) {
  if (name == "n") return body.whole("n", 1) > 1;
  if (name == "web_search_options") return body[name].isObject();  // empty, it asks for a search
  if (name != "modalities") return asks(body[name]);
  for (const json::Value modality : body[name])
    if (modality.string() != "text") return true;
  return false;
}
constexpr std::array<std::string_view, 6> kMeant = {"n",     "logprobs",   "logit_bias",
                                                    "audio", "modalities", "web_search_options"};

}  // namespace

std::string Place::text() const {
  return "messages[" + std::to_string(message) + "].content[" + std::to_string(part) + "]";
}

const std::array<std::string_view, 10>& droppable() {
  static constexpr std::array<std::string_view, 10> names = {
      "presence_penalty", "frequency_penalty", "seed",  "top_logprobs",
      "prediction",       "service_tier",      "store", "verbosity",
      "prompt_cache_key", "metadata"};
  return names;
}

std::vector<Dropped> droppedOf(const Body& body) {
  refuseFunctions(body);
  std::vector<Dropped> out;
  for (const std::string_view name : kMeant)
    if (asksForMore(body, name)) out.push_back({name, SLUICE_DROPPED_MEANING});
  for (const std::string_view name : droppable())
    if (asks(body[name])) out.push_back({name, SLUICE_DROPPED_HINT});
  sluice::Dropped others;
  others.unknown(body);
  for (const auto& [name, weight] : others.members()) out.push_back({name, weight});
  return out;
}

bool isBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

bool asksForDetail(json::Value part) {
  return part["type"].string() == "image_url" &&
         part["image_url"]["detail"].string("auto") != "auto";
}

std::string_view withoutSpaceAtEnd(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r\n\v\f") + 1);
}

std::string safeId(std::string_view id) {
  std::string out(id);
  for (char& c : out) {
    const bool known = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '_' || c == '-';
    if (!known) c = '_';
  }
  return out;
}

void addSchema(json::Writer& writer, json::Value schema) {
  if (schema["type"].exists()) {
    writer.value(schema);
    return;
  }
  writer.beginObject().member("type", "object");
  for (auto at = schema.begin(); at != schema.end(); ++at) writer.member(at.key(), *at);
  writer.endObject();
}

}  // namespace anthropic
