// gemini: Google's models, at AI Studio (sluice.gemini) and at Vertex AI (sluice.vertex). The two
// differ in paths and keys; bodies and answers are the same but for embeddings and counts.
#include <sluice/plugin.hpp>

#include "decoder.hpp"
#include "embed.hpp"
#include "failure.hpp"
#include "request.hpp"

namespace {

namespace json = sluice::json;
using gemini::Schemas;
using sluice::HttpOut;
using sluice::Request;
using sluice::Settings;

constexpr auto kGeminiSettings = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "safety": {
      "type": "object",
      "description": "Thresholds by category: {\"HARM_CATEGORY_HARASSMENT\": \"BLOCK_ONLY_HIGH\"}",
      "propertyNames": {"pattern": "^HARM_CATEGORY_[A-Z_]+$"},
      "additionalProperties": {
        "enum": ["OFF", "BLOCK_NONE", "BLOCK_ONLY_HIGH", "BLOCK_MEDIUM_AND_ABOVE",
                 "BLOCK_LOW_AND_ABOVE"]
      }
    },
    "schemas": {
      "enum": ["auto", "json", "simple"],
      "default": "auto",
      "description": "How schemas of tools and answers are told: as JSON Schema, or in the older models' part of OpenAPI's; auto: by the model's name"
    },
    "fetch_urls": {
      "type": "boolean",
      "description": "Addresses of images and files are given on, for the upstream to fetch them; unless told, to models from 2.5 on"
    }
  }
})";

constexpr auto kVertexSettings = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "required": ["project"],
  "properties": {
    "safety": {
      "type": "object",
      "description": "Thresholds by category: {\"HARM_CATEGORY_HARASSMENT\": \"BLOCK_ONLY_HIGH\"}",
      "propertyNames": {"pattern": "^HARM_CATEGORY_[A-Z_]+$"},
      "additionalProperties": {
        "enum": ["OFF", "BLOCK_NONE", "BLOCK_ONLY_HIGH", "BLOCK_MEDIUM_AND_ABOVE",
                 "BLOCK_LOW_AND_ABOVE"]
      }
    },
    "schemas": {
      "enum": ["auto", "json", "simple"],
      "default": "auto",
      "description": "How schemas of tools and answers are told: as JSON Schema, or in the older models' part of OpenAPI's; auto: by the model's name"
    },
    "project": {
      "type": "string",
      "pattern": "^[A-Za-z0-9:._-]+$",
      "examples": ["my-project"],
      "description": "The project that pays: its id or its number"
    },
    "location": {
      "type": "string",
      "pattern": "^[a-z0-9-]+$",
      "default": "global",
      "description": "Where the models run; that of base_url"
    },
    "publisher": {
      "type": "string",
      "pattern": "^[A-Za-z0-9._-]+$",
      "default": "google",
      "description": "Whose models"
    }
  }
})";

// Cuts `front` off the text, if it begins so.
bool cut(std::string_view& text, std::string_view front) {
  if (text.substr(0, front.size()) != front) return false;
  text.remove_prefix(front.size());
  return true;
}

std::string safetyOf(const Settings& settings) {
  std::string out;
  const json::Value safety = settings.get("safety");
  if (safety.exists() && !safety.isObject()) Settings::refuse("safety", "must be an object");
  for (auto at = safety.begin(); at != safety.end(); ++at) {
    if ((*at).string().empty())
      Settings::refuse("safety." + std::string(at.key()), "must be a threshold");
    json::next(out).beginObject().member("category", at.key()).member("threshold", *at).endObject();
  }
  return out;
}

Schemas schemasOf(const Settings& settings) {
  const std::string said = settings.string("schemas", "auto");
  if (said == "json") return Schemas::json;
  if (said == "simple") return Schemas::simple;
  if (said != "auto") Settings::refuse("schemas", "must be one of auto, json, simple");
  return Schemas::automatic;
}

class Google : public sluice::Codec {
 public:
  static constexpr bool may_unload = true;

  void encode(const Request& request, HttpOut out) const final {
    switch (request.op()) {
      case SLUICE_OP_CHAT: encodeChat(request, out); break;
      case SLUICE_OP_COUNT: encodeCount(request, out); break;
      case SLUICE_OP_EMBED: encodeEmbed(request, out); break;
      case SLUICE_OP_MODELS: whole(out.get(modelsPath())); break;
      default: request.refuse();
    }
  }

  std::unique_ptr<sluice::Decoder> open(const Request& request,
                                        const sluice::Response& response) const final {
    if (!response.ok())
      return gemini::unwrapped(sluice::refused(response, host_, gemini::complaint));
    if (request.op() == SLUICE_OP_MODELS) return gemini::modelsDecoder();
    if (request.op() == SLUICE_OP_EMBED) return gemini::embeddingsDecoder();
    if (request.op() == SLUICE_OP_COUNT) return gemini::countDecoder();
    return gemini::answerDecoder(request.id());
  }

 protected:
  explicit Google(const sluice::Setup& setup, const Settings& settings) : host_(setup.host) {
    options_.schemas = schemasOf(settings);
    options_.safety = safetyOf(settings);
  }

  virtual void authorize(HttpOut& out) const = 0;
  virtual std::string modelsPath() const = 0;
  // Of a model's method: "/v1beta/models/m:generateContent".
  virtual std::string path(std::string_view model, std::string_view method) const = 0;
  virtual std::string_view embedMethod() const = 0;
  virtual std::string embedBody(const Request& request) const = 0;
  // As bodies of countTokens name it; empty: they do not.
  virtual std::string countedModel(std::string_view model) const = 0;

  gemini::Options options_;

 private:
  HttpOut& whole(HttpOut& out) const {
    out.header("Accept", "application/json").framing(SLUICE_FRAME_WHOLE);
    authorize(out);
    return out;
  }
  static void send(HttpOut& out, const gemini::Rendered& rendered) {
    out.json(rendered.body);
    rendered.dropped.tell(out);
  }

  void encodeChat(const Request& request, HttpOut& out) const {
    const gemini::Rendered rendered = gemini::render(request, options_);
    if (request.stream()) {
      // Without `alt` the stream is one JSON array.
      out.post(path(request.model(), "streamGenerateContent") + "?alt=sse").sse();
      authorize(out);
    } else {
      whole(out.post(path(request.model(), "generateContent")));
    }
    send(out, rendered);
  }
  void encodeCount(const Request& request, HttpOut& out) const {
    const gemini::Rendered rendered =
        gemini::renderCount(request, options_, countedModel(request.model()));
    whole(out.post(path(request.model(), "countTokens")));
    send(out, rendered);
  }
  void encodeEmbed(const Request& request, HttpOut& out) const {
    const std::string body = embedBody(request);
    whole(out.post(path(request.model(), embedMethod()))).json(body);
  }

  sluice::Host host_;
};

class Gemini final : public Google {
 public:
  static constexpr auto id = "sluice.gemini";
  static constexpr auto description = "Google's Gemini API, as AI Studio gives keys for it";
  static constexpr auto config_schema = kGeminiSettings;

  explicit Gemini(const sluice::Setup& setup) : Gemini(setup, Settings(setup)) {}

 private:
  Gemini(const sluice::Setup& setup, const Settings& settings) : Google(setup, settings) {
    options_.addresses = {settings.boolean("fetch_urls"), true};
    options_.newerFetch = !settings.get("fetch_urls").exists();
  }

  void authorize(HttpOut& out) const override { out.secretHeader("x-goog-api-key"); }
  std::string modelsPath() const override { return "/v1beta/models?pageSize=1000"; }
  std::string path(std::string_view model, std::string_view method) const override {
    const bool tuned = cut(model, "tunedModels/");
    if (!tuned) cut(model, "models/");
    return std::string(tuned ? "/v1beta/tunedModels/" : "/v1beta/models/") +
           sluice::pathSegment(model) + ":" + std::string(method);
  }
  std::string_view embedMethod() const override { return "batchEmbedContents"; }
  std::string embedBody(const Request& request) const override {
    return gemini::renderBatch(request, countedModel(request.model()));
  }
  std::string countedModel(std::string_view model) const override {
    const bool placed = model.find('/') != std::string_view::npos;
    return std::string(placed ? "" : "models/").append(model);
  }
};

class Vertex final : public Google {
 public:
  static constexpr auto id = "sluice.vertex";
  static constexpr auto description = "Google's models at Vertex AI";
  static constexpr auto config_schema = kVertexSettings;

  explicit Vertex(const sluice::Setup& setup) : Vertex(setup, Settings(setup)) {}

 private:
  Vertex(const sluice::Setup& setup, const Settings& settings)
      : Google(setup, settings),
        publisher_("/publishers/" + sluice::pathSegment(settings.string("publisher", "google")) +
                   "/models") {
    const std::string project = settings.string("project");
    if (project.empty()) Settings::refuse("project", "must not be empty");
    place_ = "/v1/projects/" + sluice::pathSegment(project) + "/locations/" +
             sluice::pathSegment(settings.string("location", "global"));
    options_.addresses = {true, false};
  }

  void authorize(HttpOut& out) const override {
    out.sign("google.service-account",
             R"({"scopes":["https://www.googleapis.com/auth/cloud-platform"]})");
  }
  std::string modelsPath() const override { return "/v1beta1" + publisher_ + "?pageSize=200"; }
  // Tuned models are served by endpoints: "endpoints/1234567890".
  std::string path(std::string_view model, std::string_view method) const override {
    const bool endpoint = cut(model, "endpoints/");
    return place_ + (endpoint ? std::string("/endpoints") : publisher_) + "/" +
           sluice::pathSegment(model) + ":" + std::string(method);
  }
  std::string_view embedMethod() const override { return "predict"; }
  std::string embedBody(const Request& request) const override {
    return gemini::renderInstances(request);
  }
  std::string countedModel(std::string_view /*model*/) const override { return {}; }

  std::string place_, publisher_;
};

}  // namespace

SLUICE_PLUGIN("Sluice", "0.1.0", "Apache-2.0", sluice::CodecComponent<Gemini>,
              sluice::CodecComponent<Vertex>)
