// openai: any upstream that speaks OpenAI's Chat Completions. Bodies of OpenAI's dialects go out as
// they are given, canonical ones without what only the canonical form has.
#include <array>
#include <sluice/plugin.hpp>
#include <vector>

#include "openai/canonical.hpp"
#include "openai/completions.hpp"
#include "openai/decoder.hpp"
#include "openai/embed.hpp"
#include "openai/habits.hpp"
#include "openai/stored.hpp"

namespace {

namespace json = sluice::json;

constexpr auto kSettings = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "organization": {"type": "string", "description": "Sent as OpenAI-Organization"},
    "project": {"type": "string", "description": "Sent as OpenAI-Project"},
    "headers": {
      "type": "object",
      "description": "More headers for every request, by name; not for secrets",
      "additionalProperties": {"type": "string"}
    },
    "embeddings_path": {
      "type": "string",
      "pattern": "^/",
      "default": "/embeddings",
      "description": "Below base_url"
    },
    "completions_path": {
      "type": "string",
      "pattern": "^/",
      "default": "/completions",
      "description": "Below base_url; of legacy completions"
    },
    "completions": {
      "enum": ["auto", "always", "never"],
      "default": "auto",
      "description": "Which legacy completions go out as they came, and not as chats; auto: those of OpenAI's models that know nothing else"
    },
    "chat_path": {
      "type": "string",
      "pattern": "^/",
      "default": "/chat/completions",
      "description": "Below base_url"
    },
    "developer": {
      "enum": ["developer", "system"],
      "default": "developer",
      "description": "The role that developers' messages have"
    },
    "limit": {
      "enum": ["max_tokens", "max_completion_tokens"],
      "description": "The only name of the limit of an answer that the upstream knows"
    },
    "alternate": {
      "type": "boolean",
      "default": false,
      "description": "Whether system messages go first and consecutive ones of users or assistants become one"
    },
    "short_tool_ids": {
      "type": "boolean",
      "default": false,
      "description": "Whether ids of tool calls are nine letters and digits"
    },
    "tool_thoughts": {
      "type": "boolean",
      "default": false,
      "description": "Whether reasoning_content goes out in messages that call tools, and in no others"
    },
    "rewrite": {
      "type": "boolean",
      "default": false,
      "description": "Whether clients of OpenAI's chat get answers written anew instead of the upstream's bytes, which they could not read"
    },
    "reasoning_details": {
      "type": "boolean",
      "default": false,
      "description": "Whether proofs of reasoning come and go as reasoning_details, as at OpenRouter"
    },
    "cache_control": {
      "type": "boolean",
      "default": false,
      "description": "Whether the upstream takes marks of caches in the parts of messages for Claude"
    },
    "omit": {
      "type": "array",
      "items": {"type": "string", "minLength": 1},
      "description": "Members of a request that the upstream refuses; messages.NAME and messages.tool_calls.NAME: of its messages and their calls"
    }
  }
})";

using sluice::Settings;

constexpr std::string_view kCanonical = "sluice.chat/1";
constexpr std::string_view kChat = "openai.chat";
constexpr std::string_view kResponses = "openai.responses";

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

void checkHeaderName(std::string_view name) {
  constexpr std::string_view token =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::array<std::string_view, 7> secret = {
      "authorization", "proxy-authorization", "cookie",        "set-cookie",
      "api-key",       "x-api-key",           "x-goog-api-key"};
  constexpr std::array<std::string_view, 15> ours = {"accept",
                                                     "accept-encoding",
                                                     "connection",
                                                     "content-length",
                                                     "content-type",
                                                     "expect",
                                                     "host",
                                                     "keep-alive",
                                                     "proxy-authenticate",
                                                     "proxy-connection",
                                                     "te",
                                                     "trailer",
                                                     "transfer-encoding",
                                                     "upgrade",
                                                     "user-agent"};
  const std::string setting = "headers." + std::string(name);
  if (name.empty() || name.find_first_not_of(token) != std::string_view::npos)
    Settings::refuse(setting, "this is no header name");
  const std::string low = lowered(name);
  for (const std::string_view known : secret)
    if (low == known)
      Settings::refuse(setting, "secrets do not belong here; put the key under `keys`");
  for (const std::string_view known : ours)
    if (low == known) Settings::refuse(setting, "this header is Sluice's own business");
}

void checkHeaderValue(const std::string& setting, std::string_view value) {
  for (const char c : value)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F)
      Settings::refuse(setting, "a header's value may not hold control characters");
}

std::string pathOf(const Settings& settings, std::string_view name, std::string_view otherwise) {
  std::string path = settings.string(name, otherwise);
  if (path.empty() || path.front() != '/') Settings::refuse(name, "must begin with '/'");
  for (const char c : path)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '#')
      Settings::refuse(name, "may not hold spaces, control characters or '#'");
  return path;
}

class OpenAi : public sluice::Codec {
 public:
  static constexpr auto id = "sluice.openai";
  static constexpr auto description = "Any upstream that speaks OpenAI's Chat Completions";
  static constexpr auto config_schema = kSettings;
  static constexpr const char* dialects[] = {"openai.chat", "openai.embeddings",
                                             "openai.completions"};
  static constexpr bool may_unload = true;

  explicit OpenAi(const sluice::Setup& setup) : host_(setup.host) {
    const Settings settings(setup);
    addHeader("organization", "OpenAI-Organization", settings.string("organization"));
    addHeader("project", "OpenAI-Project", settings.string("project"));
    const json::Value headers = settings.get("headers");
    for (auto at = headers.begin(); at != headers.end(); ++at) {
      checkHeaderName(at.key());
      addHeader("headers." + std::string(at.key()), at.key(), (*at).string());
    }
    chatPath_ = pathOf(settings, "chat_path", chatPath_);
    embeddingsPath_ = pathOf(settings, "embeddings_path", embeddingsPath_);
    completionsPath_ = pathOf(settings, "completions_path", completionsPath_);
    completions_ = openai::Completions(settings);
    habits_ = openai::habitsOf(settings);
  }

  void encode(const sluice::Request& request, sluice::HttpOut out) const override {
    if (request.op() == SLUICE_OP_MODELS)
      out.get("/models").header("Accept", "application/json").framing(SLUICE_FRAME_WHOLE);
    else if (request.op() != SLUICE_OP_CHAT && request.op() != SLUICE_OP_EMBED) request.refuse();
    else if (request.dialect() == openai::kStored) startStored(request, out);
    else if (request.stream()) out.post(path(request)).sse();
    else out.post(path(request)).header("Accept", "application/json").framing(SLUICE_FRAME_WHOLE);
    out.bearer();
    for (const auto& [name, value] : headers_) out.header(name, value);
    if (request.op() == SLUICE_OP_MODELS || request.dialect() == openai::kStored) return;
    if (request.op() == SLUICE_OP_EMBED) {
      const auto rendered = openai::embedBody(request, out);
      out.json(rendered ? std::string_view(*rendered) : request.body());
    } else if (request.dialect() == kCanonical || request.dialect() == kChat) {
      encodeChat(request, out);
    } else {
      out.json(request.body());
    }
  }

  std::unique_ptr<sluice::Decoder> open(const sluice::Request& request,
                                        const sluice::Response& response) const override {
    if (!response.ok())
      return openai::failureDecoder(response.status, sluice::retryAfterMs(response.headers, host_));
    if (request.op() == SLUICE_OP_MODELS) return openai::modelsDecoder();
    if (request.op() == SLUICE_OP_EMBED) return openai::embedDecoder();
    return openai::chatDecoder(request.id(), request.stream(), habits_.known.reasoningDetails);
  }

 private:
  static void startStored(const sluice::Request& request, sluice::HttpOut& out) {
    const openai::StoredAsked asked = openai::storedAsked(request);
    const std::string query = asked.query.empty() ? "" : "?" + asked.query;
    out.start(asked.method, "/responses" + asked.path + query);
    if (request.stream()) out.sse();
    else out.header("Accept", "application/json").framing(SLUICE_FRAME_WHOLE);
  }

  void encodeChat(const sluice::Request& request, sluice::HttpOut& out) const {
    std::optional<std::string> rendered;
    sluice::Dropped dropped;
    if (request.dialect() == kCanonical)
      rendered = openai::withoutExtensions(request, dropped, habits_.known);
    dropped.tell(out);
    const std::string_view body = rendered ? std::string_view(*rendered) : request.body();
    const openai::Suited suited = openai::suited(body, habits_);
    for (const std::string& member : suited.omitted) out.dropped(member);
    out.json(suited.body ? std::string_view(*suited.body) : body);
  }

  void addHeader(const std::string& setting, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    checkHeaderValue(setting, value);
    headers_.emplace_back(name, value);
  }

  std::string_view path(const sluice::Request& request) const {
    if (request.op() == SLUICE_OP_EMBED) return embeddingsPath_;
    if (request.dialect() == kResponses) return "/responses";
    if (request.dialect() == kChat && habits_.rewrite)
      throw sluice::Error(SLUICE_UNIMPLEMENTED, "the answers of this upstream are written anew");
    if (request.dialect() != openai::kCompletions) return chatPath_;
    completions_.require(request.model());
    return completionsPath_;
  }

  sluice::Host host_;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::string chatPath_ = "/chat/completions";
  std::string embeddingsPath_ = "/embeddings", completionsPath_ = "/completions";
  openai::Completions completions_;
  openai::Habits habits_;
};

// Few upstreams have more of the API than chat.
class OpenAiResponses final : public OpenAi {
 public:
  static constexpr auto id = "sluice.openai-responses";
  static constexpr auto description = "An upstream that also speaks OpenAI's Responses API";
  static constexpr const char* dialects[] = {"openai.chat", "openai.embeddings",
                                             "openai.completions", "openai.responses",
                                             "openai.responses.stored"};

  using OpenAi::OpenAi;
};

}  // namespace

SLUICE_PLUGIN("Sluice", "0.1.0", "Apache-2.0", sluice::CodecComponent<OpenAi>,
              sluice::CodecComponent<OpenAiResponses>)
