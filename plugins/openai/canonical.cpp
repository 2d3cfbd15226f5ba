#include "canonical.hpp"

#include <algorithm>
#include <array>

#include "beside.hpp"

namespace openai {
namespace {

namespace json = sluice::json;
using sluice::Body;

// OpenAI's own reasoning models refuse max_tokens; most other upstreams know nothing else.
bool wantsNewLimit(std::string_view model) {
  model = model.substr(model.rfind('/') + 1);
  const bool o = model.size() > 1 && model[0] == 'o' && model[1] >= '1' && model[1] <= '9';
  return o || model.substr(0, 5) == "gpt-5";
}

// These want their thoughts back while they call tools; others refuse them.
bool wantsThoughts(std::string_view model) {
  constexpr std::array<std::string_view, 4> families = {"deepseek", "kimi", "glm", "minimax"};
  return std::any_of(families.begin(), families.end(), [&](std::string_view family) {
    return model.find(family) != std::string_view::npos;
  });
}

bool isClaude(std::string_view model) { return model.find("claude") != std::string_view::npos; }

bool holdsExtensions(std::string_view body) {
  constexpr std::array<std::string_view, 9> names = {
      "\"cache_control\"", "\"reasoning_budget\"", "\"reasoning_content\"", "\"reasoning_details\"",
      "\"top_k\"",         "\"is_error\"",         "\"file_url\"",          "\"tool_call_id\"",
      "\"extra_content\""};
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return body.find(name) != std::string_view::npos;
  });
}

std::string_view effortOf(std::uint64_t budget) {
  if (budget <= 2048) return "low";
  return budget <= 8192 ? "medium" : "high";
}

json::Writer next(std::string& list) {
  if (!list.empty()) list.push_back(',');
  return json::Writer(list);
}

// An object's members but one.
void renderWithout(json::Writer& writer, json::Value object, std::string_view name) {
  writer.beginObject();
  for (auto at = object.begin(); at != object.end(); ++at)
    if (at.key() != name) writer.member(at.key(), *at);
  writer.endObject();
}

class Rendering {
 public:
  Rendering(const sluice::Request& request, Known known)
      : request_(request), body_(request), known_(isClaude(request.model()) ? known : Known()) {}

  std::string run() {
    json::Document document;
    if (!document.parse(request_.body())) Body::refuse("body", "is not JSON");
    const json::Value root = document.root();
    std::string out;
    json::Writer writer(out);
    writer.beginObject();
    for (auto at = root.begin(); at != root.end(); ++at) renderMember(writer, at.key(), *at);
    writer.endObject();
    return out;
  }

 private:
  void renderMember(json::Writer& writer, std::string_view name, json::Value value) {
    if (name == "top_k") return;
    if (name == "reasoning_budget") return renderBudget(writer, value);
    if (name == "messages") {
      for (const json::Value message : value) renderMessage(message);
      flushShown();
      writer.key(name).beginArray().raw(messages_).endArray();
    } else if (name == "tools") {
      writer.key(name).beginArray();
      for (const json::Value tool : value) renderWithout(writer, tool, "cache_control");
      writer.endArray();
    } else if (name == "max_tokens" && wantsNewLimit(request_.model())) {
      if (!body_["max_completion_tokens"].exists()) writer.member("max_completion_tokens", value);
    } else {
      writer.member(name, value);
    }
  }

  // 0 is what is not asked for.
  void renderBudget(json::Writer& writer, json::Value budget) {
    if (body_["reasoning_effort"].isString() || budget.whole() == 0) return;
    writer.member("reasoning_effort", effortOf(budget.whole()));
  }

  void renderMessage(json::Value message) {
    const bool tool = message["role"].string() == "tool";
    if (!tool) flushShown();
    const bool thinks = message["tool_calls"].exists() && !message["reasoning_details"].exists() &&
                        wantsThoughts(request_.model());
    json::Writer writer = next(messages_);
    writer.beginObject();
    for (auto at = message.begin(); at != message.end(); ++at) {
      const std::string_view name = at.key();
      if (name == "reasoning_details" && known_.reasoningDetails)
        writer.key(name).raw(reasoningDetailsOf(*at));
      if (name == "reasoning_details" || name == "is_error") continue;
      if (name == "reasoning_content" && !thinks) continue;
      if (name == "content" && (*at).isArray()) renderParts(writer, *at, tool);
      else if (name == "tool_calls" && (*at).isArray()) renderCalls(writer, *at);
      else writer.member(name, *at);
    }
    writer.endObject();
    ++place_;
  }

  static void renderCalls(json::Writer& writer, json::Value calls) {
    writer.key("tool_calls").beginArray();
    for (const json::Value call : calls) renderWithout(writer, call, "extra_content");
    writer.endArray();
  }

  // A tool's message takes text only; what else it holds is shown by the user behind the results.
  void renderParts(json::Writer& writer, json::Value parts, bool tool) {
    std::string kept;
    std::size_t number = 0;
    for (const json::Value part : parts) {
      const std::string at =
          "messages[" + std::to_string(place_) + "].content[" + std::to_string(number++) + "]";
      if (part["file"]["file_url"].exists())
        refuse(at + ".file.file_url", "is nothing that this upstream takes; send the file itself");
      const bool shown = tool && part["type"].string() != "text";
      json::Writer item = next(shown ? shown_ : kept);
      if (known_.cacheControl) item.value(part);
      else renderWithout(item, part, "cache_control");
    }
    writer.key("content");
    if (kept.empty()) writer.string("");
    else writer.beginArray().raw(kept).endArray();
  }

  void flushShown() {
    if (shown_.empty()) return;
    json::Writer writer = next(messages_);
    writer.beginObject().member("role", "user").key("content").beginArray().raw(shown_).endArray();
    writer.endObject();
    shown_.clear();
  }

  [[noreturn]] static void refuse(std::string_view member, std::string_view why) {
    sluice::Error error(SLUICE_INVALID_ARGUMENT, std::string(member).append(" ").append(why));
    error.type = "invalid_request_error";
    error.param = member;
    error.retryable = true;
    throw error;
  }

  const sluice::Request& request_;
  const Body body_;
  const Known known_;
  std::string messages_, shown_;
  std::size_t place_ = 0;
};

}  // namespace

std::optional<std::string> withoutExtensions(const sluice::Request& request, Known known) {
  const bool limit = wantsNewLimit(request.model()) &&
                     request.body().find("\"max_tokens\"") != std::string_view::npos;
  if (!limit && !holdsExtensions(request.body())) return std::nullopt;
  return Rendering(request, known).run();
}

}  // namespace openai
