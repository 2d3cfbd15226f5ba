#include "habits.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>

namespace openai {
namespace {

namespace json = sluice::json;
using sluice::Settings;

constexpr std::string_view kNewLimit = "max_completion_tokens", kOldLimit = "max_tokens";
constexpr std::string_view kOfMessages = "messages.", kOfCalls = "messages.tool_calls.",
                           kThoughts = "reasoning_content";

// Looks at each body, and may skip most of it.
bool holds(std::string_view body, std::string_view member) {
  std::string quoted("\"");
  quoted.append(member).append("\"");
  const std::boyer_moore_horspool_searcher searcher(quoted.begin(), quoted.end());
  return std::search(body.begin(), body.end(), searcher) != body.end();
}

bool isOneOf(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Nine letters and digits, the same for the same id; an id of that form as it is.
std::string shortId(std::string_view id) {
  constexpr std::string_view digits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::size_t kLength = 9;
  if (id.size() == kLength && id.find_first_not_of(digits) == std::string_view::npos)
    return std::string(id);
  std::uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  std::string out;
  for (std::size_t i = 0; i < kLength; ++i, hash /= digits.size())
    out.push_back(digits[hash % digits.size()]);
  return out;
}

// A run of messages that go out as one.
struct Turn {
  std::string_view role;
  std::vector<json::Value> messages;
};

class Suiting {
 public:
  Suiting(const Habits& habits, Suited& out) : habits_(habits), out_(out) {}

  std::string render(json::Value root) {
    std::string body;
    json::Writer writer(body);
    writer.beginObject();
    for (auto at = root.begin(); at != root.end(); ++at) {
      const std::string_view name = at.key();
      if (isOneOf(habits_.omit, name)) omitted(std::string(name));
      else if (name == "messages" && (*at).isArray()) renderMessages(writer, *at);
      else if (name == kNewLimit || name == kOldLimit) renderLimit(writer, root, name, *at);
      else writer.member(name, *at);
    }
    writer.endObject();
    return body;
  }

 private:
  void omitted(std::string name) {
    if (!isOneOf(out_.omitted, name)) out_.omitted.push_back(std::move(name));
  }

  // The newer name's value goes before the older one's.
  void renderLimit(json::Writer& writer, json::Value root, std::string_view name,
                   json::Value value) const {
    if (habits_.limit.empty()) writer.member(name, value);
    else if (name == kNewLimit || !root[kNewLimit].exists()) writer.member(habits_.limit, value);
  }

  std::string_view roleOf(json::Value message) const {
    const std::string_view role = message["role"].string();
    return habits_.systemOnly && role == "developer" ? std::string_view("system") : role;
  }

  void renderMessages(json::Writer& writer, json::Value messages) {
    writer.key("messages").beginArray();
    if (habits_.alternate) {
      for (const Turn& turn : turnsOf(messages)) renderTurn(writer, turn);
    } else {
      for (const json::Value message : messages) renderMessage(writer, message);
    }
    writer.endArray();
  }

  // System messages first and one by one; what users, or assistants without tool calls, say in
  // several messages is one turn.
  std::vector<Turn> turnsOf(json::Value messages) const {
    std::vector<Turn> turns;
    for (const bool wanted : {true, false}) {
      for (const json::Value message : messages) {
        const std::string_view role = roleOf(message);
        const bool system = role == "system" || role == "developer";
        if (system != wanted) continue;
        const bool joins = !system && role != "tool" && !turns.empty() &&
                           turns.back().role == role && !message["tool_calls"].exists() &&
                           !turns.back().messages.back()["tool_calls"].exists();
        if (!joins) turns.push_back({role, {}});
        turns.back().messages.push_back(message);
      }
    }
    return turns;
  }

  void renderTurn(json::Writer& writer, const Turn& turn) {
    if (turn.messages.size() == 1) return renderMessage(writer, turn.messages.front());
    writer.beginObject().member("role", turn.role).key("content");
    const bool texts = std::all_of(turn.messages.begin(), turn.messages.end(),
                                   [](json::Value one) { return !one["content"].isArray(); });
    if (texts) renderTexts(writer, turn);
    else renderParts(writer, turn);
    writer.endObject();
  }

  static void renderTexts(json::Writer& writer, const Turn& turn) {
    std::string text;
    for (const json::Value message : turn.messages) {
      const std::string_view said = message["content"].string();
      if (said.empty()) continue;
      if (!text.empty()) text += "\n\n";
      text += said;
    }
    writer.string(text);
  }

  static void renderParts(json::Writer& writer, const Turn& turn) {
    writer.beginArray();
    for (const json::Value message : turn.messages) {
      const json::Value content = message["content"];
      if (content.isArray()) {
        for (const json::Value part : content) writer.value(part);
      } else if (!content.string().empty()) {
        writer.beginObject().member("type", "text").member("text", content.string()).endObject();
      }
    }
    writer.endArray();
  }

  void renderMessage(json::Writer& writer, json::Value message) {
    if (!message.isObject()) {
      writer.value(message);
      return;
    }
    const bool thoughtless =
        habits_.toolThoughts && !message["tool_calls"][std::size_t{0}].exists();
    writer.beginObject();
    for (auto at = message.begin(); at != message.end(); ++at) {
      const std::string_view name = at.key();
      if (isOneOf(habits_.omitOfMessages, name) || (thoughtless && name == kThoughts)) {
        omitted(std::string(kOfMessages).append(name));
      } else if (name == "role" && (*at).isString()) {
        writer.member(name, roleOf(message));
      } else if (habits_.shortToolIds && name == "tool_call_id" && (*at).isString()) {
        writer.member(name, shortId((*at).string()));
      } else if (name == "tool_calls" && (*at).isArray()) {
        renderCalls(writer, *at);
      } else {
        writer.member(name, *at);
      }
    }
    writer.endObject();
  }

  void renderCalls(json::Writer& writer, json::Value calls) {
    writer.key("tool_calls").beginArray();
    for (const json::Value call : calls) {
      if (call.isObject()) renderCall(writer, call);
      else writer.value(call);
    }
    writer.endArray();
  }

  void renderCall(json::Writer& writer, json::Value call) {
    writer.beginObject();
    for (auto at = call.begin(); at != call.end(); ++at) {
      const std::string_view name = at.key();
      if (isOneOf(habits_.omitOfCalls, name)) omitted(std::string(kOfCalls).append(name));
      else if (habits_.shortToolIds && name == "id" && (*at).isString())
        writer.member("id", shortId((*at).string()));
      else writer.member(name, *at);
    }
    writer.endObject();
  }

  const Habits& habits_;
  Suited& out_;
};

// Whether the body may hold something that the upstream wants otherwise.
bool concerns(std::string_view body, const Habits& habits) {
  const auto held = [body](const std::string& name) { return holds(body, name); };
  return habits.alternate || (habits.systemOnly && holds(body, "developer")) ||
         (habits.limit == kOldLimit && holds(body, kNewLimit)) ||
         (habits.limit == kNewLimit && holds(body, kOldLimit)) ||
         (habits.shortToolIds && (holds(body, "tool_call_id") || holds(body, "tool_calls"))) ||
         (habits.toolThoughts && holds(body, kThoughts)) ||
         std::any_of(habits.omit.begin(), habits.omit.end(), held) ||
         std::any_of(habits.omitOfMessages.begin(), habits.omitOfMessages.end(), held) ||
         std::any_of(habits.omitOfCalls.begin(), habits.omitOfCalls.end(), held);
}

}  // namespace

Habits habitsOf(const Settings& settings) {
  Habits out;
  out.limit = settings.string("limit");
  if (!out.limit.empty() && out.limit != kOldLimit && out.limit != kNewLimit)
    Settings::refuse("limit", "must be one of max_tokens, max_completion_tokens");
  const std::string developer = settings.string("developer", "developer");
  if (developer != "developer" && developer != "system")
    Settings::refuse("developer", "must be one of developer, system");
  out.systemOnly = developer == "system";
  out.alternate = settings.boolean("alternate");
  out.shortToolIds = settings.boolean("short_tool_ids");
  out.toolThoughts = settings.boolean("tool_thoughts");
  out.rewrite = settings.boolean("rewrite");
  out.known.reasoningDetails = settings.boolean("reasoning_details");
  out.known.cacheControl = settings.boolean("cache_control");
  constexpr std::array<std::string_view, 4> needed = {"model", "messages", "messages.role",
                                                      "messages.content"};
  for (const json::Value item : settings.list("omit")) {
    const std::string_view name = item.string();
    if (name.empty() || std::find(needed.begin(), needed.end(), name) != needed.end())
      Settings::refuse("omit", "must hold names of members that a request can do without");
    if (name.substr(0, kOfCalls.size()) == kOfCalls)
      out.omitOfCalls.emplace_back(name.substr(kOfCalls.size()));
    else if (name.substr(0, kOfMessages.size()) == kOfMessages)
      out.omitOfMessages.emplace_back(name.substr(kOfMessages.size()));
    else out.omit.emplace_back(name);
  }
  return out;
}

Suited suited(std::string_view body, const Habits& habits) {
  Suited out;
  json::Document document;
  if (!concerns(body, habits) || !document.parse(body) || !document.root().isObject()) return out;
  out.body = Suiting(habits, out).render(document.root());
  return out;
}

}  // namespace openai
