#include "canonical.hpp"

#include <algorithm>
#include <array>

#include "beside.hpp"

namespace openai {
namespace {

namespace json = sluice::json;
using sluice::Body;

std::string_view bareName(std::string_view model) { return model.substr(model.rfind('/') + 1); }

bool begins(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

bool isOfSeriesO(std::string_view model) {
  return model.size() > 1 && model[0] == 'o' && model[1] >= '1' && model[1] <= '9';
}

// Of "gpt-5.1-mini" 501, of "gpt-6" 600; 0 where no number stands behind "gpt-".
unsigned gptVersion(std::string_view model) {
  constexpr std::string_view brand = "gpt-";
  if (!begins(model, brand)) return 0;
  const auto takeNumber = [&model](std::size_t from) {
    unsigned number = 0;
    model.remove_prefix(std::min(from, model.size()));
    for (; !model.empty() && model[0] >= '0' && model[0] <= '9'; model.remove_prefix(1))
      number = number * 10 % 100 + static_cast<unsigned>(model[0] - '0');
    return number;
  };
  const unsigned major = takeNumber(brand.size());
  if (major > 20) return 0;  // gpt-35, as Azure writes 3.5
  return major * 100 + (begins(model, ".") ? takeNumber(1) : 0);
}

// OpenAI's own reasoning models refuse max_tokens; most other upstreams know nothing else.
bool wantsNewLimit(std::string_view model) {
  model = bareName(model);
  return isOfSeriesO(model) || gptVersion(model) >= 500;
}

// Those that by their names do not reason, or reason as they like: they refuse to be told how much.
bool knowsNoEffort(std::string_view model) {
  std::string name(bareName(model));
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  constexpr std::array<std::string_view, 16> families = {
      "gpt-3",   "gpt-4",      "chatgpt-",         "llama",   "meta-llama", "codellama",
      "gemma-2", "gemma-3",    "mixtral",          "qwen2",   "codestral",  "grok-4-",
      "grok-3",  "grok-4.20-", "kimi-k2-instruct", "moonshot"};
  const auto isOf = [&](std::string_view family) { return begins(name, family); };
  if (isOf("grok-3-mini")) return false;
  return name == "grok-4" || std::any_of(families.begin(), families.end(), isOf);
}

// While they reason, OpenAI's models take no temperature but their own. From 5.1 on they do not
// unless asked.
bool refusesSampling(std::string_view model, std::string_view effort) {
  model = bareName(model);
  if (model.find("-chat") != std::string_view::npos) return false;
  const unsigned version = gptVersion(model);
  if (version > 500) return !effort.empty() && effort != "none";
  return isOfSeriesO(model) || version == 500;
}

bool isSampling(std::string_view name) {
  return name == "temperature" || name == "top_p" || name == "presence_penalty" ||
         name == "frequency_penalty";
}

bool isClaude(std::string_view model) { return model.find("claude") != std::string_view::npos; }

bool holdsExtensions(std::string_view body) {
  constexpr std::array<std::string_view, 10> names = {"\"cache_control\"",
                                                      "\"reasoning_budget\"",
                                                      "\"reasoning_content\"",
                                                      "\"reasoning_details\"",
                                                      "\"top_k\"",
                                                      "\"is_error\"",
                                                      "\"file\"",
                                                      "\"tool_call_id\"",
                                                      "\"extra_content\"",
                                                      "\"reasoning_effort\""};
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
  Rendering(const sluice::Request& request, sluice::Dropped& dropped, Known known)
      : request_(request),
        body_(request),
        known_(isClaude(request.model()) ? known : Known()),
        dropped_(dropped),
        effort_(effortAsked()),
        unsampled_(refusesSampling(request.model(), effort_)) {}

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
    if (name == "top_k" || (unsampled_ && isSampling(name) && value.number() != standard(name))) {
      if (!value.isNull()) dropped_.hint(name);
      return;
    }
    if (name == "reasoning_budget" || name == "reasoning_effort")
      return renderEffort(writer, name, value);
    if (name == "messages") {
      for (const json::Value message : value) renderMessage(message);
      flushShown();
      writer.key(name).beginArray().raw(messages_).endArray();
    } else if (name == "tools") {
      writer.key(name).beginArray();
      for (const json::Value tool : value) {
        dropMark(tool);
        renderWithout(writer, tool, "cache_control");
      }
      writer.endArray();
    } else if (name == "max_tokens" && wantsNewLimit(request_.model())) {
      if (!body_["max_completion_tokens"].exists()) writer.member("max_completion_tokens", value);
    } else {
      writer.member(name, value);
    }
  }

  // A budget of 0 is what is not asked for. Most know nothing above `high`.
  std::string_view effortAsked() const {
    const std::string_view told = body_["reasoning_effort"].string();
    const std::uint64_t budget = body_["reasoning_budget"].whole();
    if (told.empty() && budget != 0) return effortOf(budget);
    return told == "max" ? std::string_view("high") : told;
  }

  // Of the two that say it, effort goes before the budget.
  void renderEffort(json::Writer& writer, std::string_view name, json::Value value) {
    const bool other = name == "reasoning_budget" && body_["reasoning_effort"].isString();
    if (other || effort_.empty()) return;
    if (!knowsNoEffort(request_.model())) writer.member("reasoning_effort", effort_);
    else if (effort_ != "none" && sluice::asks(value)) dropped_.hint(name);
  }

  // What a model does of its own.
  static double standard(std::string_view name) {
    return name == "temperature" || name == "top_p" ? 1 : 0;
  }

  void dropMark(json::Value holder) {
    if (holder["cache_control"].isObject()) dropped_.hint("cache_control");
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
      if (name == "is_error" && (*at).boolean()) dropped_.hint("messages.is_error");
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
      const bool text = part["type"].string() == "text" || isTextFile(part);
      json::Writer item = next(tool && !text ? shown_ : kept);
      if (!known_.cacheControl) dropMark(part);
      if (part["type"].string() == "file") renderFile(item, part, at);
      else if (known_.cacheControl) item.value(part);
      else renderWithout(item, part, "cache_control");
    }
    writer.key("content");
    if (kept.empty()) writer.string("");
    else writer.beginArray().raw(kept).endArray();
  }

  static bool isTextFile(json::Value part) {
    const auto data = sluice::parseDataUrl(part["file"]["file_data"].string());
    return part["type"].string() == "file" && data && sluice::isTextType(data->type);
  }

  // A file is a PDF, and has a name; texts and images are said as such.
  void renderFile(json::Writer& writer, json::Value part, const std::string& at) const {
    const json::Value file = part["file"];
    const std::string_view url = file["file_data"].string(), name = file["filename"].string();
    const auto data = sluice::parseDataUrl(url);
    writer.beginObject();
    if (data && begins(data->type, "image/")) {
      writer.member("type", "image_url").key("image_url").beginObject().member("url", url);
      writer.endObject();
    } else if (data && sluice::isTextType(data->type)) {
      auto text = sluice::textOf(*data);
      if (!text) Body::refuse(at + ".file.file_data", "must be a data URL of text in UTF-8");
      if (!name.empty()) text->insert(0, std::string(name).append(":\n"));
      writer.member("type", "text").member("text", *text);
    } else {
      writer.member("type", "file").key("file").beginObject();
      for (auto member = file.begin(); member != file.end(); ++member)
        if (member.key() != "filename") writer.member(member.key(), *member);
      if (!name.empty()) writer.member("filename", name);
      else if (data) writer.member("filename", "document.pdf");
      writer.endObject();
    }
    if (known_.cacheControl) writer.member("cache_control", part["cache_control"]);
    writer.endObject();
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
  sluice::Dropped& dropped_;
  const std::string_view effort_;  // what goes out of what is asked; empty: nothing
  const bool unsampled_;           // it takes no sampling but its own
  std::string messages_, shown_;
  std::size_t place_ = 0;
};

}  // namespace

bool wantsThoughts(std::string_view model) {
  constexpr std::array<std::string_view, 4> families = {"deepseek", "kimi", "glm", "minimax"};
  return std::any_of(families.begin(), families.end(), [&](std::string_view family) {
    return model.find(family) != std::string_view::npos;
  });
}

std::optional<std::string> withoutExtensions(const sluice::Request& request,
                                             sluice::Dropped& dropped, Known known) {
  // The settings of models that reason are others.
  if (!wantsNewLimit(request.model()) && !holdsExtensions(request.body())) return std::nullopt;
  return Rendering(request, dropped, known).run();
}

}  // namespace openai
