#include <simdjson.h>

#include <algorithm>
#include <optional>

#include "dialects/json_document.hpp"
#include "dialects/openai_chat_answer.hpp"
#include "dialects/openai_error.hpp"
#include "dialects/openai_usage.hpp"

namespace sluice::dialects {

namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kDone = "[DONE]";
constexpr std::string_view kUsage = "\"usage\"";

bool isText(dom::element value, std::string_view& text) {
  return value.get(text) == simdjson::SUCCESS;
}

// Whether a member of a delta says nothing yet: null, "", [] or {}.
bool saysNothing(dom::element value) {
  switch (value.type()) {
    case dom::element_type::NULL_VALUE: return true;
    case dom::element_type::STRING: return value.get_string().value_unsafe().empty();
    case dom::element_type::ARRAY: return value.get_array().value_unsafe().size() == 0;
    case dom::element_type::OBJECT: return value.get_object().value_unsafe().size() == 0;
    default: return false;
  }
}

// Whether clients take a member `error` for one: null, false, 0 and "" stand for none.
bool tellsError(dom::element value) {
  switch (value.type()) {
    case dom::element_type::NULL_VALUE: return false;
    case dom::element_type::BOOL: return value.get_bool().value_unsafe();
    case dom::element_type::STRING: return !value.get_string().value_unsafe().empty();
    case dom::element_type::INT64: return value.get_int64().value_unsafe() != 0;
    default: return true;
  }
}

std::uint64_t spokenBytes(dom::element value) {
  std::string_view text;
  if (isText(value, text)) return text.size();
  std::uint64_t sum = 0;
  dom::array parts;
  dom::object members;
  if (value.get(parts) == simdjson::SUCCESS) {
    for (const dom::element part : parts) sum += spokenBytes(part);
  } else if (value.get(members) == simdjson::SUCCESS) {
    for (const dom::key_value_pair member : members) sum += spokenBytes(member.value);
  }
  return sum;
}

plugins::Fault broken(const char* what) {
  plugins::Fault made;
  made.code = plugins::Code::unavailable;
  made.retryable = true;
  made.message = what;
  return made;
}

// Google's compatible endpoint puts an error into an array.
dom::element unwrapped(dom::element root) {
  dom::element first;
  const bool wrapped = root.is_array() && root.at(0).get(first) == simdjson::SUCCESS &&
                       first["error"].error() == simdjson::SUCCESS;
  return wrapped ? first : root;
}

// A fault: it is none, or all of it is an error, as an event of that name tells of one.
std::optional<plugins::Fault> openObject(std::string_view json, std::string_view event,
                                         dom::element& root, dom::object& object) {
  if (parseJson(json, root) != simdjson::SUCCESS)
    return broken("the upstream sent something that is not JSON");
  root = unwrapped(root);
  if (root.get(object) != simdjson::SUCCESS)
    return broken("the upstream sent something that is not a JSON object");
  if (event == "error" && object["error"].error() != simdjson::SUCCESS)
    return readOpenAiError(root);
  return std::nullopt;
}

// One past the end of the JSON string, number, word, array or object at `at`, in valid JSON.
std::size_t valueEnd(std::string_view text, std::size_t at) {
  int depth = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
      if (depth == 0) return std::min(at + 1, text.size());
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    } else if (c == ',' && depth == 0) {
      return at;
    }
  }
  return text.size();
}

// The member [name, end) with one comma beside it, where a comma or a brace stands before it.
std::string_view withComma(std::string_view raw, std::size_t name, std::size_t end) {
  const std::size_t before = raw.find_last_not_of(" \t", name - 1);
  if (before == raw.npos) return {};
  if (raw[before] == ',') return raw.substr(before, end - before);
  if (raw[before] != '{') return {};
  if (end < raw.size() && raw[end] == ',') ++end;
  return raw.substr(name, end - name);
}

// Where the value of the member named before `nameEnd` begins; npos if no member is named there.
std::size_t valueOf(std::string_view raw, std::size_t nameEnd) {
  const std::size_t colon = raw.find_first_not_of(" \t", nameEnd);
  if (colon == raw.npos || raw[colon] != ':') return raw.npos;
  return raw.find_first_not_of(" \t", colon + 1);
}

// The outermost object's member "usage", found by going from member to member.
std::string_view usageByMembers(std::string_view raw) {
  std::size_t at = raw.find('{');
  while (at < raw.size()) {
    const std::size_t name = raw.find('"', at + 1);
    if (name == raw.npos) return {};
    const std::size_t value = valueOf(raw, valueEnd(raw, name));
    if (value == raw.npos) return {};
    const std::size_t end = valueEnd(raw, value);
    if (raw.substr(name, kUsage.size()) == kUsage) return withComma(raw, name, end);
    at = raw.find_first_not_of(" \t", end);
    if (at == raw.npos || raw[at] != ',') return {};
  }
  return {};
}

// Where the outermost object's member "usage" stands, with one comma beside it; empty if there is
// none, or if it is spread over lines. Only for a block that has that member: most have no other of
// its name, so that the name alone tells the place. Within a string its quotes would be escaped.
std::string_view usageMember(std::string_view raw) {
  constexpr std::string_view kTail = kUsage.substr(1);  // begins with a letter that is rare
  std::size_t found = raw.npos, value = raw.npos;
  for (std::size_t at = raw.find(kTail); at != raw.npos; at = raw.find(kTail, at + kTail.size())) {
    if (at < 2 || raw[at - 1] != '"') continue;
    if (raw[at - 2] == '\\') return usageByMembers(raw);  // a name that holds a quote
    const std::size_t begins = valueOf(raw, at + kTail.size());
    if (begins == raw.npos) continue;
    if (found != raw.npos) return usageByMembers(raw);
    found = at - 1;
    value = begins;
  }
  if (found == raw.npos) return {};
  return withComma(raw, found, valueEnd(raw, value));
}

// A block as the client would have got it, had the gateway not asked for usage.
void appendWithoutUsage(std::string& out, std::string_view raw) {
  const std::string_view member = usageMember(raw);
  const std::size_t at = member.empty() ? 0 : static_cast<std::size_t>(member.data() - raw.data());
  out.append(raw.substr(0, at)).append(raw.substr(at + member.size()));
}

}  // namespace

// What one event or one whole answer holds.
struct OpenAiChatPassage::Seen {
  bool anyChoice = false;
  bool usage = false;
  bool nullUsage = false;
};

// What one of the choices holds.
struct OpenAiChatPassage::Choice {
  std::uint64_t index = 0;
  std::string_view reason;  // why it is finished
  std::string_view text;    // of a legacy completion
  std::optional<dom::object> delta, message;

  void read(dom::element choice) {
    dom::object members;
    if (choice.get(members) != simdjson::SUCCESS) return;
    for (const auto& [name, value] : members) {
      dom::object object;
      if (name == "index") (void)value.get(index);
      else if (name == "finish_reason") (void)value.get(reason);
      else if (name == "text") (void)value.get(text);
      else if (name == "delta" && value.get(object) == simdjson::SUCCESS) delta = object;
      else if (name == "message" && value.get(object) == simdjson::SUCCESS) message = object;
    }
  }
};

void OpenAiChatPassage::readChoice(const Choice& choice) {
  choices_.begin(choice.index);
  if (!choice.reason.empty()) {
    if (choice.reason == "error" || choice.reason == "insufficient_system_resource") {
      progress_.fault = broken("the upstream broke its answer off");
      return;  // a member `error` behind it may say why
    }
    choices_.finish(choice.index);
    progress_.content = true;
  }
  if (!choice.text.empty()) {
    progress_.content = true;
    progress_.contentBytes += choice.text.size();
  }
  const std::optional<dom::object>& said = choice.delta ? choice.delta : choice.message;
  if (!said) return;
  for (const auto& [name, value] : *said) {
    if (name == "role" || saysNothing(value)) continue;
    progress_.content = true;
    progress_.contentBytes += spokenBytes(value);
  }
}

void OpenAiChatPassage::read(std::string_view json, Seen& seen, std::string_view event) {
  dom::element root;
  dom::object object;
  progress_.fault = openObject(json, event, root, object);
  if (progress_.fault) return;
  for (const dom::key_value_pair member : object) {
    if (member.key == "error" && tellsError(member.value)) {
      progress_.fault = readOpenAiError(member.value);
      return;
    }
    std::string_view kind;
    if (member.key == "object" && isText(member.value, kind) && kind == "error") {  // vLLM
      progress_.fault = readOpenAiError(root);
      return;
    }
    dom::element aside;  // Groq's, where there is no other
    if (member.key == "x_groq" && !progress_.usage &&
        member.value["usage"].get(aside) == simdjson::SUCCESS) {
      progress_.usage = readOpenAiUsage(aside);
    }
    if (member.key == "usage") {
      seen.nullUsage = member.value.type() == dom::element_type::NULL_VALUE;
      if (auto usage = readOpenAiUsage(member.value)) {
        progress_.usage = usage;
        seen.usage = true;
      }
    }
    dom::array choices;
    if (member.key != "choices" || member.value.get(choices) != simdjson::SUCCESS) continue;
    for (const dom::element choice : choices) {
      seen.anyChoice = true;
      Choice told;
      told.read(choice);
      readChoice(told);
    }
  }
  progress_.settled = choices_.settled();
  progress_.finished = choices_.allFinished();
}

void OpenAiChatPassage::block(const wire::SseBlock& block, std::string& out) {
  if (progress_.ended) return;                 // nothing comes after the end
  if (!block.hasData || block.data.empty()) {  // nothing that a reader of events would see
    out += block.raw;
    return;
  }
  if (block.data == kDone) {
    progress_.ended = progress_.finished = progress_.settled;
    if (progress_.ended) out += block.raw;
    else progress_.fault = broken("the answer ended before it was finished");
    return;
  }
  Seen seen;
  read(block.data, seen, block.event);
  if (progress_.fault) return;
  // A chunk of usage alone is there only because the gateway asked for it.
  if (!usageWanted_ && seen.usage && !seen.anyChoice) return;
  if (!usageWanted_ && (seen.usage || seen.nullUsage)) appendWithoutUsage(out, block.raw);
  else out += block.raw;
}

void OpenAiChatPassage::close(std::string& out) {
  if (!progress_.ended) out += "data: [DONE]\n\n";
}

void OpenAiChatPassage::whole(std::string_view body) {
  Seen seen;
  read(body, seen, {});
  if (progress_.fault) return;
  if (!seen.anyChoice) {
    progress_.fault = broken("the answer has no choices");
    return;
  }
  progress_.content = progress_.settled = progress_.finished = progress_.ended = true;
}

}  // namespace sluice::dialects
