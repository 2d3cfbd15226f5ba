// cohere: Cohere's chat and embeddings, version 2 of its API.
#include <array>
#include <sluice/plugin.hpp>

#include "decoder.hpp"
#include "failure.hpp"
#include "request.hpp"

namespace {

using cohere::Thinking;
using sluice::Settings;

constexpr auto kSettings = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "safety_mode": {
      "enum": ["CONTEXTUAL", "STRICT", "OFF"],
      "description": "Sent as safety_mode, but not beside tools and documents; unless told, the upstream's own"
    },
    "citations": {
      "enum": ["ENABLED", "DISABLED", "FAST", "ACCURATE", "OFF"],
      "description": "Sent as citation_options.mode; unless told, the upstream's own"
    },
    "thinking": {
      "enum": ["auto", "always", "never"],
      "default": "auto",
      "description": "Whether a model is told how much to think; auto: by its name"
    },
    "input_type": {
      "enum": ["search_document", "search_query", "classification", "clustering"],
      "default": "search_document",
      "description": "What texts to embed are for, where a request does not say"
    }
  }
})";

// One of `names`, by its place.
template <std::size_t N>
std::size_t choice(const Settings& settings, std::string_view name,
                   const std::array<std::string_view, N>& names) {
  const std::string value = settings.string(name, names[0]);
  for (std::size_t i = 0; i < N; ++i)
    if (value == names[i]) return i;
  std::string all;
  for (const std::string_view one : names)
    if (!one.empty()) all.append(all.empty() ? "" : ", ").append(one);
  Settings::refuse(name, "must be one of " + all);
}

class Cohere : public sluice::Codec {
 public:
  static constexpr auto id = "sluice.cohere";
  static constexpr auto description = "Cohere's chat and embeddings";
  static constexpr auto config_schema = kSettings;
  static constexpr bool may_unload = true;

  explicit Cohere(const sluice::Setup& setup) : host_(setup.host) {
    constexpr std::array<std::string_view, 4> safety = {"", "CONTEXTUAL", "STRICT", "OFF"};
    constexpr std::array<std::string_view, 6> citations = {"",     "ENABLED",  "DISABLED",
                                                           "FAST", "ACCURATE", "OFF"};
    constexpr std::array<std::string_view, 4> types = {"search_document", "search_query",
                                                       "classification", "clustering"};
    const Settings settings(setup);
    options_.safetyMode = safety[choice(settings, "safety_mode", safety)];
    options_.citations = citations[choice(settings, "citations", citations)];
    options_.inputType = types[choice(settings, "input_type", types)];
    options_.thinking =
        static_cast<Thinking>(choice<3>(settings, "thinking", {"auto", "always", "never"}));
  }

  void encode(const sluice::Request& request, sluice::HttpOut out) const override {
    if (request.op() == SLUICE_OP_MODELS) {
      out.get("/v1/models?page_size=1000").header("Accept", "application/json").bearer();
      return;
    }
    const bool embeds = request.op() == SLUICE_OP_EMBED;
    if (request.op() != SLUICE_OP_CHAT && !embeds) request.refuse();
    const cohere::Rendered rendered =
        embeds ? cohere::renderEmbed(request, options_) : cohere::renderChat(request, options_);
    out.post(embeds ? "/v2/embed" : "/v2/chat");
    if (!embeds && request.stream()) out.sse();
    else out.header("Accept", "application/json");
    out.bearer().json(rendered.body);
    rendered.dropped.tell(out);
  }

  std::unique_ptr<sluice::Decoder> open(const sluice::Request& request,
                                        const sluice::Response& response) const override {
    if (!response.ok()) return sluice::refused(response, host_, cohere::complaint);
    if (request.op() == SLUICE_OP_MODELS) return cohere::modelsDecoder();
    if (request.op() == SLUICE_OP_EMBED) return cohere::embedDecoder();
    return cohere::chatDecoder();
  }

 private:
  sluice::Host host_;
  cohere::Options options_;
};

}  // namespace

SLUICE_PLUGIN("Sluice", "0.1.0", "Apache-2.0", sluice::CodecComponent<Cohere>)
