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

// Takes `"usage":null` out of a block: it is there only because the gateway asked for usage.
void appendWithoutNullUsage(std::string& out, std::string_view raw) {
  constexpr std::string_view kMember = "\"usage\":null";
  const std::size_t at = raw.rfind(kMember);
  const std::size_t after = at + kMember.size();
  // Together with the comma before it, or else the one behind it.
  if (at != raw.npos && at > 0 && raw[at - 1] == ',') {
    out.append(raw.substr(0, at - 1)).append(raw.substr(after));
  } else if (at != raw.npos && after < raw.size() && raw[after] == ',') {
    out.append(raw.substr(0, at)).append(raw.substr(after + 1));
  } else {
    out += raw;
  }
}

}  // namespace

// What one event or one whole answer holds.
struct OpenAiChatPassage::Seen {
  bool anyChoice = false;
  bool usage = false;
  bool nullUsage = false;
};

void OpenAiChatPassage::read(std::string_view json, Seen& seen) {
  dom::element root;
  dom::object object;
  if (parseJson(json, root) != simdjson::SUCCESS || root.get(object) != simdjson::SUCCESS) {
    progress_.fault = broken("the upstream sent something that is not a JSON object");
    return;
  }
  for (const dom::key_value_pair member : object) {
    if (member.key == "error" && member.value.type() != dom::element_type::NULL_VALUE) {
      progress_.fault = readOpenAiError(member.value);
      return;
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
      dom::element reason;
      if (choice["finish_reason"].get(reason) == simdjson::SUCCESS &&
          reason.type() != dom::element_type::NULL_VALUE) {
        choices_.finish(index);
        progress_.content = true;
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
  progress_.finished = choices_.allFinished();
}

void OpenAiChatPassage::block(const wire::SseBlock& block, std::string& out) {
  if (!block.hasData) {
    out += block.raw;
    return;
  }
  if (block.data == kDone) {
    progress_.ended = progress_.finished;
    if (progress_.ended) out += block.raw;
    else progress_.fault = broken("the answer ended before it was finished");
    return;
  }
  Seen seen;
  read(block.data, seen);
  if (progress_.fault) return;
  // A chunk of usage alone is there only because the gateway asked for it.
  if (!usageWanted_ && seen.usage && !seen.anyChoice) return;
  if (!usageWanted_ && seen.nullUsage) appendWithoutNullUsage(out, block.raw);
  else out += block.raw;
}

void OpenAiChatPassage::close(std::string& out) {
  if (!progress_.ended) out += "data: [DONE]\n\n";
}

void OpenAiChatPassage::whole(std::string_view body) {
  Seen seen;
  read(body, seen);
  if (progress_.fault) return;
  if (!seen.anyChoice) {
    progress_.fault = broken("the answer has no choices");
    return;
  }
  progress_.content = progress_.finished = progress_.ended = true;
}

}  // namespace sluice::dialects
