#include "turns.hpp"

namespace gemini {
namespace {

namespace json = sluice::json;
using json::next;
using sluice::Body;
using sluice::Dropped;
using sluice::Speaker;

// What the upstream takes for the signature of a call that it did not make itself.
constexpr std::string_view kUnsigned = "skip_thought_signature_validator";

}  // namespace

Turns::Turns(json::Value messages, const Abilities& abilities, const Addresses& addresses,
             Dropped& dropped)
    : abilities_(abilities), addresses_(addresses), dropped_(dropped) {
  for (const json::Value message : messages) {
    add(message);
    ++place_;
  }
  if (!shown_.empty()) open(Kind::user);
  flush();
  // A conversation of system messages alone is answered elsewhere; here somebody must speak.
  if (contents_.empty()) {
    kind_ = Kind::user;
    parts_ = std::move(system_);
    system_.clear();
    flush();
  }
  if (contents_.empty()) Body::refuse("messages", "hold nothing to answer");
}

std::string Turns::member(const char* name) const {
  return "messages[" + std::to_string(place_) + "]." + name;
}

void Turns::add(json::Value message) {
  const Speaker speaker = sluice::speakerOf(message, place_);
  if (!message["name"].string().empty() && speaker != Speaker::tool) dropped_.hint("messages.name");
  switch (speaker) {
    case Speaker::system: return addContent(system_, message["content"]);
    case Speaker::user: open(Kind::user); return addContent(parts_, message["content"]);
    case Speaker::tool: open(Kind::results); return addResult(message);
    case Speaker::assistant: open(Kind::model); return addModel(message);
  }
}

void Turns::open(Kind kind) {
  if (kind == kind_) return;
  flush();
  kind_ = kind;
  if (kind == Kind::model) turnCalls_ = calls_.size();
  // What tools showed stands before whatever the user says of it.
  if (kind != Kind::user) write(Kind::user, shown_);
  parts_ = std::move(shown_);
  shown_.clear();
}

// Calls and results are matched by their names and their order: there are no ids.
void Turns::flush() {
  for (const auto& result : results_) next(parts_).raw(result.second);
  results_.clear();
  write(kind_, parts_);
}

void Turns::write(Kind kind, std::string& parts) {
  if (parts.empty()) return;
  json::Writer writer = next(contents_);
  writer.beginObject().member("role", kind == Kind::model ? "model" : "user");
  writer.key("parts").beginArray().raw(parts).endArray().endObject();
  parts.clear();
}

void Turns::addContent(std::string& list, json::Value content) {
  if (content.isString()) return addText(list, content.string());
  Place place{place_, 0};
  for (const json::Value part : content) {
    addPart(list, part, place, addresses_, dropped_);
    ++place.part;
  }
}

void Turns::addModel(json::Value message) {
  std::vector<std::string_view> signatures = addThoughts(message["reasoning_details"]);
  std::string spoken;
  addContent(spoken, message["content"]);
  addText(spoken, message["refusal"].string());
  const json::Value calls = message["tool_calls"];
  const bool calling = calls[std::size_t{0}].exists();
  // Without a text, the signature is that of the first call.
  std::string_view first;
  if (spoken.empty() && calling && !signatures.empty()) {
    first = signatures.back();
    signatures.pop_back();
  }
  addSpoken(spoken, signatures);
  std::size_t place = 0;
  for (const json::Value call : calls) {
    addCall(call, place++, first);
    first = {};
  }
}

// Thoughts without a signature were only shown; the upstream reads nothing from them.
std::vector<std::string_view> Turns::addThoughts(json::Value details) {
  std::vector<std::string_view> others;
  for (const json::Value detail : details) {
    if (detail["format"].string() != "google" || detail["type"].string() != "reasoning.text")
      continue;
    const std::string_view text = detail["text"].string();
    const std::string_view signature = detail["signature"].string();
    if (signature.empty()) continue;
    if (text.empty()) {
      others.push_back(signature);
      continue;
    }
    json::Writer writer = next(parts_);
    writer.beginObject().member("text", text).member("thought", true);
    writer.member("thoughtSignature", signature).endObject();
  }
  return others;
}

// The last signature is that of the text and stands at its last part; it may come without any text.
void Turns::addSpoken(std::string spoken, const std::vector<std::string_view>& signatures) {
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    if (i + 1 == signatures.size() && !spoken.empty()) {
      spoken.pop_back();
      spoken += R"(,"thoughtSignature":)";
      json::quote(spoken, signatures[i]);
      spoken += '}';
    } else {
      json::Writer writer = next(parts_);
      writer.beginObject().member("text", "").member("thoughtSignature", signatures[i]).endObject();
    }
  }
  if (!spoken.empty()) next(parts_).raw(spoken);
}

// `signature`: for a call without one of its own.
void Turns::addCall(json::Value call, std::size_t place, std::string_view signature) {
  const std::string at = member("tool_calls[") + std::to_string(place) + "]";
  const sluice::ToolCall made = sluice::toolCallOf(call, at, document_);

  const json::Value own = call["extra_content"]["google"]["thought_signature"];
  if (!own.string().empty()) signature = own.string();
  if (signature.empty() && abilities_.signedCalls && calls_.size() == turnCalls_)
    signature = kUnsigned;
  json::Writer writer = next(parts_);
  writer.beginObject().key("functionCall").beginObject().member("name", made.name);
  writer.key("args").raw(made.arguments).endObject();
  if (!signature.empty()) writer.member("thoughtSignature", signature);
  writer.endObject();
  ids_[made.id].calls.push_back(calls_.size());
  calls_.push_back(made.name);
}

void Turns::addResult(json::Value message) {
  const std::size_t call = callAnswered(message);
  const json::Value content = message["content"];
  std::string media;
  Place place{place_, 0};
  for (const json::Value part : content) {
    const std::string_view type = part["type"].string();
    if (type != "text" && type != "refusal") addPart(media, part, place, addresses_, dropped_);
    else if (part["cache_control"].isObject()) dropped_.hint("cache_control");
    ++place.part;
  }
  const std::string text = sluice::textOf(message);
  std::string result;
  json::Writer writer(result);
  writer.beginObject().key("functionResponse").beginObject().member("name", calls_[call]);
  writer.key("response");
  if (message["is_error"].boolean()) writer.beginObject().member("error", text).endObject();
  else if (document_.parse(text) && document_.root().isObject()) writer.raw(document_.root().raw());
  else writer.beginObject().member("output", text).endObject();
  if (!media.empty() && abilities_.mediaInResults)
    writer.key("parts").beginArray().raw(media).endArray();
  writer.endObject().endObject();
  results_.emplace(call, std::move(result));
  if (!media.empty() && !abilities_.mediaInResults) next(shown_).raw(media);
}

// The call that a result belongs to: of those with its id the first of the last turn that has no
// result yet, else the latest.
std::size_t Turns::callAnswered(json::Value message) {
  const std::string_view id = message["tool_call_id"].string();
  const auto known = ids_.find(id);
  if (known != ids_.end()) {
    auto& [calls, waiting] = known->second;
    while (waiting < calls.size() && calls[waiting] < turnCalls_) ++waiting;
    return waiting < calls.size() ? calls[waiting++] : calls.back();
  }
  const std::string_view name = message["name"].string();
  if (name.empty()) Body::refuse(member("tool_call_id"), "is the id of no call before it");
  ids_[id] = {{calls_.size()}, 1};
  calls_.push_back(name);
  return calls_.size() - 1;
}

}  // namespace gemini
