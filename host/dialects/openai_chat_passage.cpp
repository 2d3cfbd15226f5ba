#include <simdjson.h>

#include <algorithm>

#include "dialects/json_document.hpp"
#include "dialects/openai_chat_answer.hpp"
#include "dialects/openai_error.hpp"
#include "dialects/openai_usage.hpp"

namespace sluice::dialects {

namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kDone = "[DONE]";

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

// A fault: it is none, or all of it is an error, as an event of that name and vLLM tell of them.
std::optional<plugins::Fault> openObject(std::string_view json, std::string_view event,
                                         dom::object& object) {
  dom::element root;
  if (parseJson(json, root) != simdjson::SUCCESS)
    return broken("the upstream sent something that is not JSON");
  root = unwrapped(root);
  if (root.get(object) != simdjson::SUCCESS)
    return broken("the upstream sent something that is not a JSON object");
  std::string_view kind;
  const bool named = event == "error" && object["error"].error() != simdjson::SUCCESS;
  const bool bare = object["object"].get(kind) == simdjson::SUCCESS && kind == "error";
  if (named || bare) return readOpenAiError(root);
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

// Where the outermost object's member "usage" stands, with one comma beside it; empty if there is
// none, or if it is spread over lines.
std::string_view usageMember(std::string_view raw) {
  constexpr std::string_view kName = "\"usage\"";
  std::size_t at = raw.find('{');
  while (at < raw.size()) {
    ++at;  // past the brace or the comma
    const std::size_t name = raw.find('"', at);
    if (name == raw.npos) return {};
    const std::size_t colon = raw.find(':', valueEnd(raw, name));
    if (colon == raw.npos) return {};
    const std::size_t value = raw.find_first_not_of(" \t", colon + 1);
    if (value == raw.npos) return {};
    std::size_t end = valueEnd(raw, value);
    if (raw.substr(name, kName.size()) == kName) {
      const bool first = raw[at - 1] == '{';
      if (first && end < raw.size() && raw[end] == ',') return raw.substr(at, end + 1 - at);
      return first ? raw.substr(at, end - at) : raw.substr(at - 1, end - at + 1);
    }
    at = raw.find_first_not_of(" \t", end);
    if (at == raw.npos || raw[at] != ',') return {};
  }
  return {};
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

void OpenAiChatPassage::read(std::string_view json, Seen& seen, std::string_view event) {
  dom::object object;
  progress_.fault = openObject(json, event, object);
  if (progress_.fault) return;
  for (const dom::key_value_pair member : object) {
    if (member.key == "error" && member.value.type() != dom::element_type::NULL_VALUE) {
      progress_.fault = readOpenAiError(member.value);
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
      std::uint64_t index = 0;
      (void)choice["index"].get(index);
      choices_.begin(index);
      std::string_view reason;
      if (choice["finish_reason"].get(reason) == simdjson::SUCCESS && !reason.empty()) {
        if (reason == "error" || reason == "insufficient_system_resource") {
          progress_.fault = broken("the upstream broke its answer off");
          continue;  // a member `error` behind it may say why
        }
        choices_.finish(index);
        progress_.content = true;
      }
      std::string_view text;  // of a legacy completion
      if (choice["text"].get(text) == simdjson::SUCCESS && !text.empty()) {
        progress_.content = true;
        progress_.contentBytes += text.size();
      }
      dom::object said;
      if (choice["delta"].get(said) != simdjson::SUCCESS &&
          choice["message"].get(said) != simdjson::SUCCESS) {
        continue;
      }
      for (const dom::key_value_pair part : said) {
        if (part.key == "role" || saysNothing(part.value)) continue;
        progress_.content = true;
        progress_.contentBytes += spokenBytes(part.value);
      }
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
