#include "dialects/anthropic_request.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "dialects/anthropic_blocks.hpp"
#include "dialects/anthropic_error.hpp"
#include "dialects/anthropic_tools.hpp"
#include "dialects/anthropic_turns.hpp"

namespace sluice::dialects {

namespace {

using simdjson::ondemand::value;

// What a request says, in the words of the canonical form. Members are pieces of the request.
struct Reading {
  std::string system, turns, tools;  // lists, without their brackets
  AnthropicChoice choice;
  Raw maxTokens, temperature, topP, topK, stops, user, schema;
  bool stream = false;
  bool cited = false;         // documents are to be
  std::string_view thinking;  // its type
  Raw budget;
  std::string_view effort, tier;
};

bool readThinking(value from, Reading& into, Refusal& refusal) {
  return eachMember(from, "thinking", refusal, [&](std::string_view name, value one) {
    if (name == "type") return readWord(one, "thinking.type", into.thinking, refusal);
    if (name == "budget_tokens") return readRaw(one, into.budget, refusal);
    return true;
  });
}

bool readFormat(value from, const std::string& at, Reading& into, Refusal& refusal) {
  Raw raw;
  std::string_view type;
  const bool read = eachMember(from, at, refusal, [&](std::string_view name, value one) {
    if (name == "type") return readWord(one, at + ".type", type, refusal);
    if (name == "schema") return readRaw(one, raw, refusal);
    return true;
  });
  if (!read) return false;
  if (type != "json_schema") return refusal.refuse(at + ".type", "must be json_schema");
  if (raw.empty() || raw.front() != '{') return refusal.refuse(at + ".schema", "must be an object");
  into.schema = raw;
  return true;
}

bool readOutput(value from, Reading& into, Refusal& refusal) {
  return eachMember(from, "output_config", refusal, [&](std::string_view name, value one) {
    if (isNull(one)) return true;
    if (name == "effort") return readWord(one, "output_config.effort", into.effort, refusal);
    if (name == "format") return readFormat(one, "output_config.format", into, refusal);
    return true;
  });
}

// Others refuse a longer one. Claude Code's is: a JSON object of three ids.
constexpr std::size_t kLongestUser = 64;

bool readUser(value from, Reading& into, std::vector<plugins::Dropped>& dropped, Refusal& refusal) {
  const auto read = [&](std::string_view name, value one) {
    return name != "user_id" || readString(one, "metadata.user_id", into.user, refusal);
  };
  if (!eachMember(from, "metadata", refusal, read)) return false;
  constexpr std::size_t kQuotes = 2;
  if (into.user.size() <= kLongestUser + kQuotes) return true;
  into.user = {};
  dropped.push_back({"metadata.user_id", false});
  return true;
}

// Members that are passed on as they stand, and what they begin with.
Raw* plainMember(Reading& into, std::string_view name) {
  if (name == "max_tokens") return &into.maxTokens;
  if (name == "temperature") return &into.temperature;
  if (name == "top_p") return &into.topP;
  if (name == "top_k") return &into.topK;
  if (name == "stop_sequences") return &into.stops;
  return nullptr;
}

bool readPlain(value from, std::string_view name, Raw& into, Refusal& refusal) {
  if (!readRaw(from, into, refusal) || into.empty()) return into.empty();
  const char first = into.front();
  if (name == "stop_sequences") {
    return first == '[' || refusal.refuse(std::string(name), "must be an array of strings");
  }
  const bool number = first == '-' || (first >= '0' && first <= '9');
  return number || refusal.refuse(std::string(name), "must be a number");
}

// What cannot be left out without a change of the answer's meaning.
bool refuseMeaning(value from, std::string_view name, Refusal& refusal) {
  Raw raw;
  if (!readRaw(from, raw, refusal)) return false;
  if (raw.empty() || raw == "[]" || raw == "{}") return true;
  return refusal.refuse(std::string(name), "is nothing that this target understands");
}

bool readMember(value one, std::string_view name, Reading& into,
                std::vector<plugins::Dropped>& dropped, Refusal& refusal) {
  if (name == "model") return true;
  if (name == "messages") return appendTurns(into.turns, one, into.cited, refusal);
  if (isNull(one)) return true;
  if (name == "system") return appendSystem(into.system, one, refusal);
  if (name == "tools") return appendTools(into.tools, one, dropped, refusal);
  if (name == "tool_choice") return readChoice(one, into.choice, refusal);
  if (name == "stream") return readFlag(one, "stream", into.stream, refusal);
  if (name == "thinking") return readThinking(one, into, refusal);
  if (name == "output_config") return readOutput(one, into, refusal);
  if (name == "output_format") return readFormat(one, "output_format", into, refusal);
  if (name == "metadata") return readUser(one, into, dropped, refusal);
  if (name == "service_tier") return readWord(one, "service_tier", into.tier, refusal);
  if (Raw* const raw = plainMember(into, name)) return readPlain(one, name, *raw, refusal);
  if (name == "mcp_servers" || name == "container") return refuseMeaning(one, name, refusal);
  if (name == "thread") {
    return refusal.refuse("thread", "is nothing that this target holds; send all messages",
                          kNoThreads);
  }
  dropped.push_back({std::string(name), false});
  return true;
}

void appendRaw(json::Writer& w, std::string_view name, Raw raw) {
  if (!raw.empty()) w.key(name).raw(raw);
}

void appendReasoning(json::Writer& w, const Reading& reading) {
  if (reading.thinking == "disabled") {
    w.key("reasoning_budget").number(std::uint64_t{0});
    return;
  }
  if (reading.thinking == "enabled") appendRaw(w, "reasoning_budget", reading.budget);
  if (!reading.effort.empty()) w.key("reasoning_effort").string(reading.effort);
  // What the API takes where it is not told.
  else if (reading.thinking == "adaptive") w.key("reasoning_effort").string("high");
}

void appendTools(json::Writer& w, const Reading& reading) {
  if (!reading.tools.empty()) w.key("tools").beginArray().raw(reading.tools).endArray();
  const AnthropicChoice& choice = reading.choice;
  if (!choice.name.empty()) {
    w.key("tool_choice").beginObject().key("type").string("function");
    w.key("function").beginObject().key("name").raw(choice.name).endObject().endObject();
  } else if (!choice.kind.empty()) {
    w.key("tool_choice").string(choice.kind);
  }
  if (choice.single) w.key("parallel_tool_calls").boolean(false);
}

void appendAll(std::string& out, const Reading& reading, const AnthropicTranslation& how) {
  json::Writer w(out);
  w.beginObject().key("model").string(how.model).key("messages").beginArray();
  if (!reading.system.empty()) w.raw(reading.system);
  if (!reading.turns.empty()) w.raw(reading.turns);
  w.endArray();
  appendRaw(w, "max_tokens", reading.maxTokens);
  appendRaw(w, "temperature", reading.temperature);
  appendRaw(w, "top_p", reading.topP);
  appendRaw(w, "top_k", reading.topK);
  appendRaw(w, "stop", reading.stops == "[]" ? Raw() : reading.stops);
  appendTools(w, reading);
  appendReasoning(w, reading);
  if (!reading.schema.empty()) {
    w.key("response_format").beginObject().key("type").string("json_schema");
    w.key("json_schema").beginObject().key("name").string("answer");
    w.key("schema").raw(reading.schema).key("strict").boolean(true).endObject().endObject();
  }
  appendRaw(w, "user", reading.user);
  if (!reading.tier.empty()) {
    w.key("service_tier").string(reading.tier == "standard_only" ? "default" : reading.tier);
  }
  if (reading.stream) {
    w.key("stream").boolean(true);
    if (how.askForUsage) {
      w.key("stream_options").beginObject().key("include_usage").boolean(true).endObject();
    }
  }
  w.endObject();
}

bool check(const Reading& reading, Refusal& refusal) {
  constexpr std::array<std::string_view, 4> kThinking{"", "enabled", "disabled", "adaptive"};
  if (std::find(kThinking.begin(), kThinking.end(), reading.thinking) == kThinking.end()) {
    return refusal.refuse("thinking.type", "is none of enabled, disabled and adaptive");
  }
  const Raw budget = reading.budget;
  const bool whole =
      !budget.empty() && budget.find_first_not_of("0123456789") == std::string_view::npos;
  if (reading.thinking == "enabled" && !whole) {
    return refusal.refuse("thinking.budget_tokens", "must be a whole number, not negative");
  }
  if (reading.turns.empty()) return refusal.refuse("messages", "must hold at least one message");
  return true;
}

}  // namespace

std::optional<plugins::Fault> appendCanonicalChat(std::string& out, value request,
                                                  const AnthropicTranslation& how) {
  Reading reading;
  Refusal refusal;
  const bool read = eachMember(request, "the body", refusal, [&](std::string_view name, value one) {
    return readMember(one, name, reading, how.dropped, refusal);
  });
  if (!read || !check(reading, refusal)) return std::move(refusal).take();
  if (reading.cited) how.dropped.push_back({"citations", false});
  appendAll(out, reading, how);
  return std::nullopt;
}

}  // namespace sluice::dialects
