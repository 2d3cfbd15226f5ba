#include "dialects/anthropic_turns.hpp"

#include <algorithm>
#include <map>

#include "base/json.hpp"
#include "dialects/anthropic_parts.hpp"
#include "dialects/anthropic_proof.hpp"
#include "dialects/json_document.hpp"

namespace sluice::dialects {

namespace {

using simdjson::ondemand::value;
using Parts = std::vector<AnthropicPart>;

bool none(const AnthropicPart&) { return false; }
bool isResult(const AnthropicPart& block) { return block.type == "tool_result"; }
bool isThought(const AnthropicPart& block) {
  return block.type == "thinking" || block.type == "redacted_thinking";
}
bool isOfAssistant(const AnthropicPart& block) {
  return isThought(block) || block.type == "tool_use";
}

json::Writer next(std::string& list) {
  if (!list.empty()) list += ',';
  return json::Writer(list);
}

// The rest of a text behind the line that begins with the mark, as a JSON string in `kept`.
Raw withoutBilling(Raw text, std::string& kept) {
  if (!insideOf(text).starts_with(kBillingMark)) return text;
  const std::size_t end = text.find("\\n");
  kept = end == text.npos ? "\"\"" : "\"" + std::string(text.substr(end + 2));
  return kept;
}

// A JSON string as the text that it is. Lives until the next parse.
std::string_view plain(Raw string) {
  simdjson::dom::element root;
  std::string_view text;
  if (!string.empty() && parseJson(string, root) == simdjson::SUCCESS) {
    static_cast<void>(root.get(text));
  }
  return text;
}

// Inside a result the mark of a cache stands on its last part.
bool appendResult(std::string& messages, const AnthropicPart& block, Refusal& refusal) {
  if (block.toolUseId.empty()) return refusal.refuse(block.at + ".tool_use_id", "must be a string");
  Parts content = block.content;
  Raw said = block.said;
  if (!block.cacheControl.empty()) {
    if (content.empty()) {
      AnthropicPart& text = content.emplace_back();
      text.type = "text";
      text.text = said.empty() ? Raw("\"\"") : said;
      said = {};
    }
    if (content.back().cacheControl.empty()) content.back().cacheControl = block.cacheControl;
  }
  json::Writer w = next(messages);
  w.beginObject().key("role").string("tool").key("tool_call_id").raw(block.toolUseId);
  w.key("content");
  if (!appendContent(messages, said, content, none, refusal)) return false;
  messages += block.isError ? ",\"is_error\":true}" : "}";
  return true;
}

bool appendUser(std::string& messages, Raw said, const Parts& blocks, Refusal& refusal) {
  std::size_t results = 0;
  for (const AnthropicPart& block : blocks) {
    if (!isResult(block)) continue;
    ++results;
    if (!appendResult(messages, block, refusal)) return false;
  }
  if (results != 0 && results == blocks.size()) return true;
  json::Writer w = next(messages);
  w.beginObject().key("role").string("user").key("content");
  if (!appendContent(messages, said, blocks, isResult, refusal)) return false;
  messages += '}';
  return true;
}

void appendThought(std::string& details, std::string& thoughts, const AnthropicPart& block) {
  const bool hidden = block.type == "redacted_thinking";
  const std::string proof(plain(hidden ? block.data : block.signature));
  const Proof known = readProof(proof);
  if (!hidden) {
    if (!thoughts.empty() && !insideOf(block.thinking).empty()) thoughts += "\\n\\n";
    thoughts += insideOf(block.thinking);
  }
  if (known.format.empty() || (hidden && known.format == "call")) return;
  json::Writer w = next(details);
  w.beginObject().key("type").string(hidden ? "reasoning.encrypted" : "reasoning.text");
  if (hidden) {
    w.key("data").string(known.text);
  } else {
    w.key("text").raw(block.thinking.empty() ? Raw("\"\"") : block.thinking);
    w.key("signature").string(known.text);
  }
  w.key("format").string(known.format).endObject();
}

// What stands beside calls for their upstreams, as JSON, by the calls' ids.
using Extras = std::map<std::string, std::string>;

Extras extrasOf(const Parts& blocks) {
  Extras found;
  for (const AnthropicPart& block : blocks) {
    if (block.type != "redacted_thinking" || !insideOf(block.data).starts_with(kCallMark)) continue;
    const std::string data(plain(block.data));
    const std::size_t colon = data.find(':', kCallMark.size());
    if (colon == data.npos) continue;
    std::string extra = data.substr(colon + 1);
    simdjson::dom::element root;
    if (parseJson(extra, root) != simdjson::SUCCESS || !root.is_object()) continue;
    found.emplace(data.substr(kCallMark.size(), colon - kCallMark.size()), std::move(extra));
  }
  return found;
}

// Takes what belongs to the call out of `extras`: of several calls of one id the first has it.
bool appendCall(std::string& calls, const AnthropicPart& block, Extras& extras, Refusal& refusal) {
  if (block.id.empty()) return refusal.refuse(block.at + ".id", "must be a string");
  if (block.name.empty()) return refusal.refuse(block.at + ".name", "must be a string");
  const Raw input = block.input.empty() ? Raw("{}") : block.input;
  if (input.front() != '{') return refusal.refuse(block.at + ".input", "must be an object");
  json::Writer w = next(calls);
  w.beginObject().key("id").raw(block.id).key("type").string("function");
  w.key("function").beginObject().key("name").raw(block.name);
  w.key("arguments").string(input).endObject();
  if (!extras.empty()) {
    const auto extra = extras.extract(std::string(plain(block.id)));
    if (extra) w.key("extra_content").raw(extra.mapped());
  }
  w.endObject();
  return true;
}

bool appendAssistant(std::string& messages, Raw said, const Parts& blocks, Refusal& refusal) {
  std::string calls, details, thoughts;
  Extras extras = extrasOf(blocks);
  for (const AnthropicPart& block : blocks) {
    if (isThought(block)) appendThought(details, thoughts, block);
    else if (block.type == "tool_use" && !appendCall(calls, block, extras, refusal)) return false;
  }
  json::Writer w = next(messages);
  w.beginObject().key("role").string("assistant");
  if (!thoughts.empty()) w.key("reasoning_content").raw("\"" + thoughts + "\"");
  if (!details.empty()) w.key("reasoning_details").beginArray().raw(details).endArray();
  w.key("content");
  const bool silent =
      said.empty() && std::all_of(blocks.begin(), blocks.end(), isOfAssistant) && !calls.empty();
  if (silent) messages += "null";
  else if (!appendContent(messages, said, blocks, isOfAssistant, refusal)) return false;
  if (!calls.empty()) messages.append(",\"tool_calls\":[").append(calls).append("]");
  messages += '}';
  return true;
}

bool appendSystemMessage(std::string& messages, Raw said, Parts parts, Refusal& refusal) {
  std::string keptText;
  if (!said.empty()) said = withoutBilling(said, keptText);
  std::vector<std::string> kept(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].type == "text") parts[i].text = withoutBilling(parts[i].text, kept[i]);
  }
  std::erase_if(parts, [](const AnthropicPart& part) { return part.text == "\"\""; });
  if (parts.empty() && insideOf(said).empty()) return true;
  json::Writer w = next(messages);
  w.beginObject().key("role").string("system").key("content");
  if (!appendContent(messages, said, parts, none, refusal)) return false;
  messages += '}';
  return true;
}

bool asksForCitations(const Parts& parts) {
  return std::any_of(parts.begin(), parts.end(), [](const AnthropicPart& part) {
    return part.cited || asksForCitations(part.content);
  });
}

bool appendTurn(std::string& messages, value turn, const std::string& at, bool& cited,
                Refusal& refusal) {
  std::string_view role;
  Raw said;
  Parts parts;
  const bool read = eachMember(turn, at, refusal, [&](std::string_view name, value one) {
    if (name == "role") return readWord(one, at + ".role", role, refusal);
    if (name == "content") return readContent(one, at + ".content", said, parts, refusal);
    return true;
  });
  if (!read) return false;
  cited = cited || asksForCitations(parts);
  if (role == "user") return appendUser(messages, said, parts, refusal);
  if (role == "assistant") return appendAssistant(messages, said, parts, refusal);
  if (role == "system") return appendSystemMessage(messages, said, std::move(parts), refusal);
  return refusal.refuse(at + ".role", "must be user or assistant");
}

}  // namespace

bool appendSystem(std::string& messages, value system, Refusal& refusal) {
  Raw said;
  Parts parts;
  if (!readContent(system, "system", said, parts, refusal)) return false;
  return appendSystemMessage(messages, said, std::move(parts), refusal);
}

bool appendTurns(std::string& messages, value turns, bool& cited, Refusal& refusal) {
  return eachItem(turns, "messages", refusal, [&](const std::string& at, value turn) {
    return appendTurn(messages, turn, at, cited, refusal);
  });
}

}  // namespace sluice::dialects
