// ollama: an Ollama server by its own API, with what its OpenAI-compatible one leaves out: the
// length of the context, how long a model stays loaded, and thoughts.
#include <algorithm>
#include <array>
#include <sluice/plugin.hpp>

#include "decoder.hpp"
#include "failure.hpp"
#include "request.hpp"

namespace {

namespace json = sluice::json;
using ollama::Thinking;
using sluice::Settings;

constexpr auto kSettings = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "keep_alive": {
      "description": "How long the model stays loaded after an answer: a duration such as 30m, or seconds; less than 0: for ever",
      "anyOf": [
        {"type": "string", "pattern": "^-?([0-9]+([.][0-9]+)?(ns|us|ms|s|m|h))+$"},
        {"type": "integer"}
      ]
    },
    "num_ctx": {
      "type": "integer",
      "minimum": 1,
      "description": "The length of the context in tokens; unless told, the server's own"
    },
    "truncate": {
      "type": "boolean",
      "description": "Whether what is longer than the context is cut; false: it is refused. Unless told, the server's own"
    },
    "thinking": {
      "enum": ["auto", "levels", "switch", "never"],
      "default": "auto",
      "description": "How a model is asked to think: by low, medium and high, or on and off; auto: by its name; never: it is not asked"
    }
  }
})";

bool isDuration(std::string_view text) {
  constexpr std::array<std::string_view, 6> units = {"ns", "us", "ms", "s", "m", "h"};
  const auto skipDigits = [&] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count != 0;
  };
  const auto skipUnit = [&] {
    for (const std::string_view unit : units) {
      if (text.substr(0, unit.size()) != unit) continue;
      text.remove_prefix(unit.size());
      return true;
    }
    return false;
  };
  if (text.substr(0, 1) == "-") text.remove_prefix(1);
  do {
    if (!skipDigits()) return false;
    if (text.substr(0, 1) == ".") {
      text.remove_prefix(1);
      if (!skipDigits()) return false;
    }
    if (!skipUnit()) return false;
  } while (!text.empty());
  return true;
}

// As JSON; empty if it is not told.
std::string keepAliveOf(const Settings& settings) {
  const json::Value told = settings.get("keep_alive");
  std::string out;
  const bool whole =
      told.isNumber() && told.raw().find_first_not_of("-0123456789") == std::string_view::npos;
  if (whole || isDuration(told.string())) json::Writer(out).value(told);
  else if (told.exists())
    Settings::refuse("keep_alive", "must be a duration such as 30m, or whole seconds");
  return out;
}

Thinking thinkingOf(const Settings& settings) {
  constexpr std::array<std::string_view, 4> names = {"auto", "levels", "switch", "never"};
  const std::string told = settings.string("thinking", names[0]);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (told == names[i]) return static_cast<Thinking>(i);
  Settings::refuse("thinking", "must be one of auto, levels, switch, never");
}

class Ollama : public sluice::Codec {
 public:
  static constexpr auto id = "sluice.ollama";
  static constexpr auto description = "An Ollama server by its own API";
  static constexpr auto config_schema = kSettings;
  static constexpr bool may_unload = true;

  explicit Ollama(const sluice::Setup& setup) : host_(setup.host) {
    const Settings settings(setup);
    options_.keepAlive = keepAliveOf(settings);
    options_.contextLength = settings.whole("num_ctx");
    if (settings.get("num_ctx").exists() && options_.contextLength == 0)
      Settings::refuse("num_ctx", "must be at least 1");
    if (settings.get("truncate").exists()) options_.truncate = settings.boolean("truncate");
    options_.thinking = thinkingOf(settings);
  }

  void encode(const sluice::Request& request, sluice::HttpOut out) const override {
    if (request.op() == SLUICE_OP_MODELS) {
      out.get("/api/tags").header("Accept", "application/json").bearer();
      return;
    }
    const bool embeds = request.op() == SLUICE_OP_EMBED;
    if (request.op() != SLUICE_OP_CHAT && !embeds) request.refuse();
    const ollama::Rendered rendered =
        embeds ? ollama::renderEmbed(request, options_) : ollama::renderChat(request, options_);
    const bool streams = !embeds && request.stream();
    out.post(embeds ? "/api/embed" : "/api/chat");
    out.header("Accept", streams ? "application/x-ndjson" : "application/json");
    if (streams) out.lines();
    out.bearer().json(rendered.body);
    rendered.dropped.tell(out);
  }

  std::unique_ptr<sluice::Decoder> open(const sluice::Request& request,
                                        const sluice::Response& response) const override {
    if (!response.ok()) return sluice::refused(response, host_, ollama::complaint);
    if (request.op() == SLUICE_OP_MODELS) return ollama::modelsDecoder();
    if (request.op() == SLUICE_OP_EMBED) return ollama::embedDecoder();
    return ollama::chatDecoder(request.id());
  }

 private:
  sluice::Host host_;
  ollama::Options options_;
};

}  // namespace

SLUICE_PLUGIN("Sluice", "0.1.0", "Apache-2.0", sluice::CodecComponent<Ollama>)
