// anthropic: Anthropic's Messages API, and every upstream that speaks it. Requests in that dialect
// go out as they are given; canonical ones are rendered into it.
#include <array>
#include <sluice/plugin.hpp>

#include "decoder.hpp"
#include "failure.hpp"
#include "request.hpp"

namespace {

namespace json = sluice::json;
using anthropic::Schemas;
using anthropic::Thinking;
using sluice::Settings;

constexpr auto kSettings = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "auth": {
      "enum": ["x-api-key", "bearer"],
      "default": "x-api-key",
      "description": "The header that carries the provider's key"
    },
    "version": {
      "type": "string",
      "pattern": "^[!-~]+$",
      "default": "2023-06-01",
      "description": "Sent as anthropic-version"
    },
    "betas": {
      "type": "array",
      "description": "Sent as anthropic-beta, with commas between",
      "items": {"type": "string", "pattern": "^[!-+.-~-]+$"}
    },
    "max_tokens": {
      "type": "integer",
      "minimum": 1,
      "default": 8192,
      "description": "The most tokens of an answer where the request sets no limit, which this dialect needs"
    },
    "thinking": {
      "enum": ["auto", "budget", "adaptive"],
      "default": "auto",
      "description": "How reasoning is asked for: with a budget of tokens, or an effort; auto: by the model's name"
    },
    "structured_outputs": {
      "enum": ["auto", "native", "tool"],
      "default": "auto",
      "description": "How a JSON schema is asked for: as output_config.format, or as a tool; auto: by the model's name"
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
  for (const std::string_view one : names) all.append(all.empty() ? "" : ", ").append(one);
  Settings::refuse(name, "must be one of " + all);
}

void checkHeader(std::string_view setting, std::string_view value, std::string_view without) {
  if (value.empty()) Settings::refuse(setting, "must not be empty");
  for (const char c : value)
    if (c <= 0x20 || c > 0x7E || without.find(c) != std::string_view::npos)
      Settings::refuse(setting, "may hold visible ASCII characters only");
}

class Anthropic : public sluice::Codec {
 public:
  static constexpr auto id = "sluice.anthropic";
  static constexpr auto description = "Anthropic's Messages API";
  static constexpr auto config_schema = kSettings;
  static constexpr const char* dialects[] = {"anthropic.messages"};
  static constexpr bool may_unload = true;

  explicit Anthropic(const sluice::Setup& setup) : host_(setup.host) {
    const Settings settings(setup);
    bearer_ = choice<2>(settings, "auth", {"x-api-key", "bearer"}) == 1;
    version_ = settings.string("version", "2023-06-01");
    checkHeader("version", version_, "");
    for (const json::Value beta : settings.list("betas")) {
      checkHeader("betas", beta.string(), ",");
      betas_.append(betas_.empty() ? "" : ",").append(beta.string());
    }
    options_.maxTokens = settings.whole("max_tokens", options_.maxTokens);
    if (options_.maxTokens == 0) Settings::refuse("max_tokens", "must be at least 1");
    options_.thinking =
        static_cast<Thinking>(choice<3>(settings, "thinking", {"auto", "budget", "adaptive"}));
    options_.schemas =
        static_cast<Schemas>(choice<3>(settings, "structured_outputs", {"auto", "native", "tool"}));
  }

  void encode(const sluice::Request& request, sluice::HttpOut out) const override {
    if (request.op() == SLUICE_OP_MODELS) {
      start(out.get("/models?limit=1000"), false);
      return;
    }
    const bool counts = request.op() == SLUICE_OP_COUNT;
    if (request.op() != SLUICE_OP_CHAT && !counts) request.refuse();
    const std::string_view path = counts ? "/messages/count_tokens" : "/messages";
    if (request.dialect() == dialects[0]) {
      start(out.post(path), request.stream()).json(request.body());
      return;
    }
    const anthropic::Rendered rendered = anthropic::render(request, options_);
    if (counts) {  // what is left out is not counted
      start(out.post(path), false).json(anthropic::countable(rendered.body));
      return;
    }
    start(out.post(path), request.stream()).json(rendered.body);
    for (const anthropic::Dropped& one : rendered.dropped) out.dropped(one.name, one.weight);
  }

  std::unique_ptr<sluice::Decoder> open(const sluice::Request& request,
                                        const sluice::Response& response) const override {
    if (!response.ok()) return sluice::refused(response, host_, anthropic::complaint);
    if (request.op() == SLUICE_OP_MODELS) return anthropic::modelsDecoder();
    if (request.op() == SLUICE_OP_COUNT) return anthropic::countDecoder();
    return anthropic::messageDecoder();
  }

 private:
  sluice::HttpOut& start(sluice::HttpOut& out, bool stream) const {
    if (stream) out.sse();
    else out.header("Accept", "application/json").framing(SLUICE_FRAME_WHOLE);
    if (bearer_) out.bearer();
    else out.secretHeader("x-api-key");
    out.header("anthropic-version", version_);
    if (!betas_.empty()) out.header("anthropic-beta", betas_);
    return out;
  }

  sluice::Host host_;
  bool bearer_ = false;
  std::string version_, betas_;
  anthropic::Options options_;
};

}  // namespace

SLUICE_PLUGIN("Sluice", "0.1.0", "Apache-2.0", sluice::CodecComponent<Anthropic>)
