// azure: OpenAI's models and others at Azure, by deployment, by the v1 API or as models of AI
// services. Bodies are OpenAI's; the address and the key's header are Azure's own.
#include <sluice/plugin.hpp>

#include "address.hpp"
#include "openai/canonical.hpp"
#include "openai/completions.hpp"
#include "openai/decoder.hpp"
#include "openai/embed.hpp"
#include "openai/habits.hpp"
#include "openai/stored.hpp"

namespace {

using azure::Style;
using sluice::Settings;

constexpr std::string_view kCanonical = "sluice.chat/1", kChat = "openai.chat",
                           kResponses = "openai.responses";

constexpr auto kSettings = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "path": {
      "enum": ["deployments", "v1", "models"],
      "description": "Where chats go. deployments, unless told: /openai/deployments/NAME; v1, of azure-responses unless told: /openai/v1; models: /models, for models of AI services"
    },
    "api_version": {
      "type": "string",
      "pattern": "^[a-z0-9-]*$",
      "description": "2024-10-21 unless told, 2024-05-01-preview where path is models, and none where it is v1"
    },
    "deployments": {
      "type": "object",
      "description": "By a model's name, that of its deployment; the same unless told",
      "additionalProperties": {"type": "string", "minLength": 1}
    },
    "completions": {
      "enum": ["auto", "always", "never"],
      "default": "auto",
      "description": "Which legacy completions go out as they came, and not as chats; auto: those of OpenAI's models that know nothing else. Not where path is models: there none do"
    },
    "auth": {
      "enum": ["api-key", "bearer"],
      "default": "api-key",
      "description": "The header that carries the key; bearer: Authorization, for tokens of Entra"
    }
  }
})";

Style styleOf(const Settings& settings, std::string_view otherwise) {
  const std::string path = settings.string("path", otherwise);
  if (path == "deployments") return Style::deployments;
  if (path == "v1") return Style::v1;
  if (path != "models") Settings::refuse("path", "must be one of deployments, v1, models");
  return Style::models;
}

// What a client keeps of other makers' answers is refused here.
openai::Habits habitsFor(std::string_view model) {
  openai::Habits habits;
  habits.omitOfMessages = {"reasoning_details"};
  if (!openai::wantsThoughts(model)) habits.omitOfMessages.emplace_back("reasoning_content");
  habits.omitOfCalls = {"extra_content"};
  return habits;
}

class Azure : public sluice::Codec {
 public:
  static constexpr auto id = "sluice.azure";
  static constexpr auto description = "OpenAI's models and others at Azure";
  static constexpr auto config_schema = kSettings;
  static constexpr const char* dialects[] = {"openai.chat", "openai.embeddings",
                                             "openai.completions"};
  static constexpr bool may_unload = true;

  explicit Azure(const sluice::Setup& setup) : Azure(setup.host, Settings(setup), "deployments") {}

  void encode(const sluice::Request& request, sluice::HttpOut out) const override {
    if (request.op() == SLUICE_OP_MODELS) {
      if (address_.style() == Style::models)
        throw sluice::Error(SLUICE_UNIMPLEMENTED, "Azure does not list the models of AI services");
      start(out.get(address_.models()), false);
      return;
    }
    if (request.op() == SLUICE_OP_EMBED) return encodeEmbed(request, out);
    if (request.op() != SLUICE_OP_CHAT) request.refuse();
    if (request.dialect() == openai::kStored) {
      const openai::StoredAsked asked = openai::storedAsked(request);
      start(out.start(asked.method, address_.response(asked.path, asked.query)), request.stream());
      return;
    }
    const bool responses = request.dialect() == kResponses;
    std::optional<std::string> rendered;
    sluice::Dropped dropped;
    if (request.dialect() == kCanonical) rendered = openai::withoutExtensions(request, dropped);
    dropped.tell(out);
    std::string_view body = rendered ? std::string_view(*rendered) : request.body();
    std::string renamed;
    if (responses || address_.style() != Style::deployments)
      body = address_.named(body, request.model(), renamed);
    openai::Suited suited;
    if (request.dialect() == kChat) suited = openai::suited(body, habitsFor(request.model()));
    for (const std::string& member : suited.omitted) out.dropped(member);
    if (suited.body) body = *suited.body;
    start(
        out.post(responses ? address_.responses() : address_.at(pathOf(request), request.model())),
        request.stream())
        .json(body);
  }

  std::unique_ptr<sluice::Decoder> open(const sluice::Request& request,
                                        const sluice::Response& response) const override {
    if (!response.ok())
      return openai::failureDecoder(response.status, sluice::retryAfterMs(response.headers, host_));
    if (request.op() == SLUICE_OP_MODELS) return openai::modelsDecoder();
    if (request.op() == SLUICE_OP_EMBED) return openai::embedDecoder();
    return openai::chatDecoder(request.id(), request.stream());
  }

 protected:
  Azure(const sluice::Host& host, const Settings& settings, std::string_view path)
      : host_(host), address_(settings, styleOf(settings, path)), completions_(settings) {
    const std::string auth = settings.string("auth", "api-key");
    if (auth != "api-key" && auth != "bearer")
      Settings::refuse("auth", "must be one of api-key, bearer");
    bearer_ = auth == "bearer";
  }

 private:
  void encodeEmbed(const sluice::Request& request, sluice::HttpOut& out) const {
    const auto rendered = openai::embedBody(request, out);
    std::string_view body = rendered ? std::string_view(*rendered) : request.body();
    std::string renamed;
    if (address_.style() != Style::deployments)
      body = address_.named(body, request.model(), renamed);
    start(out.post(address_.at("/embeddings", request.model())), false).json(body);
  }

  std::string_view pathOf(const sluice::Request& request) const {
    if (request.dialect() != openai::kCompletions) return "/chat/completions";
    if (address_.style() == Style::models)
      throw sluice::Error(SLUICE_UNIMPLEMENTED, "models of AI services have chats alone");
    completions_.require(request.model());
    return "/completions";
  }

  sluice::HttpOut& start(sluice::HttpOut& out, bool stream) const {
    if (stream) out.sse();
    else out.header("Accept", "application/json").framing(SLUICE_FRAME_WHOLE);
    // Members of a body that AI services do not know are refused unless this is said.
    if (address_.style() == Style::models) out.header("extra-parameters", "pass-through");
    return bearer_ ? out.bearer() : out.secretHeader("api-key");
  }

  sluice::Host host_;
  const azure::Address address_;
  const openai::Completions completions_;
  bool bearer_ = false;
};

// Whose resource serves the v1 API, which alone has responses.
class AzureResponses final : public Azure {
 public:
  static constexpr auto id = "sluice.azure-responses";
  static constexpr auto description = "OpenAI's models at Azure, with its v1 API for responses";
  static constexpr const char* dialects[] = {"openai.chat", "openai.embeddings",
                                             "openai.completions", "openai.responses",
                                             "openai.responses.stored"};

  explicit AzureResponses(const sluice::Setup& setup) : Azure(setup.host, Settings(setup), "v1") {}
};

}  // namespace

SLUICE_PLUGIN("Sluice", "0.1.0", "Apache-2.0", sluice::CodecComponent<Azure>,
              sluice::CodecComponent<AzureResponses>)
