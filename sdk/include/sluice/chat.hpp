// sluice/chat.hpp: what providers with a wire of their own need of a chat request: what it asks
// for, and how to say what the upstream has no way to express.
// Threads: pure functions; a Names or a Dropped belongs to the request that it is made for.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <set>
#include <sluice/body.hpp>
#include <sluice/codec.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

// Throws: this upstream cannot do what the member asks for, though another one may. Body::refuse()
// is for what none could.
[[noreturn]] inline void unsupported(std::string_view member, std::string_view why) {
  Error error(SLUICE_INVALID_ARGUMENT, std::string(member).append(" ").append(why));
  error.type = "invalid_request_error";
  error.param = member;
  error.retryable = true;
  throw error;
}

// Whether a member asks for anything: false, 0, null and what is empty do not.
inline bool asks(json::Value value) noexcept {
  switch (value.type()) {
    case json::Type::missing:
    case json::Type::null: return false;
    case json::Type::boolean: return value.boolean();
    case json::Type::number: return value.number() != 0;
    case json::Type::string: return !value.string().empty();
    case json::Type::array:
    case json::Type::object: break;
  }
  return value.begin() != value.end();
}

// Throws, naming the member, if the answer is to be more than text, or if functions are told as
// they were before there were tools. `modalities`: what is wrong with others than text.
inline void refuseMoreThanText(const Body& body, std::string_view modalities = "must be text") {
  if (asks(body["audio"])) unsupported("audio", "cannot be made here");
  if (asks(body["functions"]))
    unsupported("functions", "are not known to this upstream; use tools");
  if (asks(body["function_call"]))
    unsupported("function_call", "is not known to this upstream; use tool_choice");
  for (const json::Value modality : body["modalities"])
    if (modality.string() != "text") unsupported("modalities", modalities);
}

// Who speaks in a message; what developers say is the system's.
enum class Speaker : std::uint8_t { system, user, assistant, tool };

// The speaker of `messages[place]`. Throws, naming the member, if there is none of these, and where
// the assistant speaks aloud, or calls as it did before there were tools.
inline Speaker speakerOf(json::Value message, std::size_t place) {
  const auto member = [&](const char* name) {
    return "messages[" + std::to_string(place) + "]." + name;
  };
  const std::string_view role = message["role"].string();
  if (role == "system" || role == "developer") return Speaker::system;
  if (role == "user") return Speaker::user;
  if (role == "tool") return Speaker::tool;
  if (role == "function")
    unsupported(member("role"), "is `function`, which this upstream does not know; use tools");
  if (role != "assistant")
    Body::refuse(member("role"), "is none of system, developer, user, assistant and tool");
  for (const char* name : {"function_call", "audio"})
    if (message[name].isObject()) unsupported(member(name), "is nothing that this upstream knows");
  return Speaker::assistant;
}

// The function of `tools[place]`. Throws, naming the member, if the tool is another one, or has no
// name.
inline json::Value functionOf(json::Value tool, std::size_t place) {
  const std::string at = "tools[" + std::to_string(place) + "]";
  const json::Value function = tool["function"];
  if (tool["type"].string() != "function" || !function.isObject())
    unsupported(at + ".type", "is not `function`, the only tools that this upstream can be given");
  if (function["name"].string().empty()) Body::refuse(at + ".function.name", "must be a string");
  return function;
}

// A call of a function in an assistant's message.
struct ToolCall {
  std::string_view id;  // may be empty
  std::string_view name;
  std::string_view arguments;  // a JSON object; `{}` where there are none
};

// `at`: where the call stands, "messages[2].tool_calls[0]". Throws, naming the member, if another
// kind of tool is called, or what is no JSON object stands for the arguments. Lent as the message's
// values and until `document` reads something else.
inline ToolCall toolCallOf(json::Value call, const std::string& at, json::Document& document) {
  const json::Value function = call["function"];
  if (call["type"].string("function") != "function")
    unsupported(at + ".type", "is not `function`, the only tools that this upstream calls so");
  ToolCall out{call["id"].string(), function["name"].string(), "{}"};
  if (out.name.empty()) Body::refuse(at + ".function.name", "must be a string");
  const std::string_view arguments = function["arguments"].string();
  if (arguments.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos) return out;
  if (!document.parse(arguments) || !document.root().isObject())
    Body::refuse(at + ".function.arguments", "must be a JSON object");
  out.arguments = document.root().raw();
  return out;
}

// Whether tools are to be called: `auto`, `none`, `required`, or `tool`, the one of that name.
struct ToolChoice {
  std::string_view type, name;
};

// Throws if it is none of these. Lent as the body's values.
inline ToolChoice toolChoiceOf(const Body& body) {
  const json::Value told = body["tool_choice"];
  ToolChoice out{told.string("auto"), told["function"]["name"].string()};
  if (told.isObject()) out.type = out.name.empty() ? "" : "tool";
  for (const std::string_view known : {"auto", "none", "required", "tool"})
    if (out.type == known) return out;
  unsupported("tool_choice", "is none of auto, none, required and the name of a function");
}

// Whether sluice.chat/1 or OpenAI's Chat Completions has a member of this name.
inline bool isChatMember(std::string_view name) noexcept {
  constexpr std::string_view known[] = {"audio",
                                        "frequency_penalty",
                                        "function_call",
                                        "functions",
                                        "logit_bias",
                                        "logprobs",
                                        "max_tokens",
                                        "max_completion_tokens",
                                        "messages",
                                        "metadata",
                                        "modalities",
                                        "model",
                                        "n",
                                        "prediction",
                                        "presence_penalty",
                                        "parallel_tool_calls",
                                        "prompt_cache_key",
                                        "reasoning_budget",
                                        "reasoning_effort",
                                        "response_format",
                                        "safety_identifier",
                                        "seed",
                                        "service_tier",
                                        "stop",
                                        "store",
                                        "stream",
                                        "stream_options",
                                        "temperature",
                                        "tool_choice",
                                        "tools",
                                        "top_k",
                                        "top_logprobs",
                                        "top_p",
                                        "user",
                                        "verbosity",
                                        "web_search_options"};
  for (const std::string_view one : known)
    if (name == one) return true;
  return false;
}

// Names in the order they came, each once, however many a request holds. Lent: views.
class Names {
 public:
  // Whether it is a new one.
  bool add(std::string_view name) {
    const bool added = known_.insert(name).second;
    if (added) all_.push_back(name);
    return added;
  }
  bool has(std::string_view name) const { return known_.count(name) != 0; }
  const std::vector<std::string_view>& all() const noexcept { return all_; }

 private:
  std::set<std::string_view> known_;  // no hash: clients choose the names
  std::vector<std::string_view> all_;
};

// The members of a request that are left out, in the order they were named, each once.
class Dropped {
 public:
  // What upstreams with a wire of their own seldom have a place for: members that only steer are
  // hints, those that shape the answer mean something; then what unknown() tells. `own`: members
  // that this provider reads itself.
  void usual(const Body& body, std::initializer_list<std::string_view> own = {}) {
    const auto reads = [&](std::string_view name) {
      for (const std::string_view one : own)
        if (name == one) return true;
      return false;
    };
    const auto left = [&](std::string_view name) { return asks(body[name]) && !reads(name); };
    for (const std::string_view name :
         {"user", "safety_identifier", "metadata", "store", "service_tier", "prompt_cache_key",
          "prediction", "verbosity"})
      if (left(name)) hint(name);
    if (left("logit_bias")) meaning("logit_bias");
    // Empty, it asks for a search all the same.
    if (body["web_search_options"].isObject() && !reads("web_search_options"))
      meaning("web_search_options");
    const bool single = body["parallel_tool_calls"].raw() == "false" && asks(body["tools"]);
    if (single && !reads("parallel_tool_calls")) hint("parallel_tool_calls");
    unknown(body, own);
  }
  // Hints of what the request says beside a chat's members: a provider with a wire of its own reads
  // nothing else, but for `own`. Of very many some are named.
  void unknown(const Body& body, std::initializer_list<std::string_view> own = {}) {
    constexpr std::size_t most = 32;
    for (const std::string_view name : body.names()) {
      if (members_.size() >= most) return;
      bool known = isChatMember(name);
      for (const std::string_view one : own) known = known || name == one;
      if (!known && asks(body[name])) hint(name);
    }
  }
  // The answer hardly changes without it.
  void hint(std::string_view member) { add(member, SLUICE_DROPPED_HINT); }
  // Without it the answer may say something else.
  void meaning(std::string_view member) { add(member, SLUICE_DROPPED_MEANING); }
  const std::vector<std::pair<std::string, std::uint32_t>>& members() const noexcept {
    return members_;
  }
  // Tells the host all of them, for encode().
  void tell(HttpOut& out) const {
    for (const auto& [member, weight] : members_) out.dropped(member, weight);
  }

 private:
  void add(std::string_view member, std::uint32_t weight) {
    for (const auto& known : members_)
      if (known.first == member) return;
    members_.emplace_back(member, weight);
  }
  std::vector<std::pair<std::string, std::uint32_t>> members_;
};

}  // namespace sluice
