// @NAME@: a provider for an upstream with a wire format of its own. Change it to yours.
#include <sluice/plugin.hpp>

namespace {

namespace json = sluice::json;

// A line of JSON at a time when streamed, else one object with the same members:
//   {"id", "model"} {"text"} ... {"done", "tokens": {"prompt", "answer"}}, or {"error"}
struct Answer : sluice::JsonDecoder {
  void object(std::string_view /*event*/, json::Value said, sluice::Sink sink) override {
    if (const json::Value error = said["error"]; error.exists())
      throw sluice::statusError(0, 0, std::string(error.string()));
    if (said["id"].exists()) sink.start(said["id"].string(), said["model"].string());
    if (said["text"].exists()) sink.text(said["text"].string());
    if (said["done"].exists()) finish(sink, said["done"].string());
    if (const json::Value tokens = said["tokens"]; tokens.exists())
      sink.usage(tokens["prompt"].whole(), tokens["answer"].whole());
  }
};

// {"models": ["name", ...]}
struct Models : sluice::JsonDecoder {
  void object(std::string_view /*event*/, json::Value said, sluice::Sink sink) override {
    sluice::ModelList list;
    for (const json::Value name : said["models"]) list.add(name.string());
    sink.json(list.json());
    complete();
  }
};

struct @CLASS@Codec : sluice::Codec {
  static constexpr auto id = "@ID@", description = "Chats with an upstream of its own kind";
  static constexpr bool may_unload = true;
  static constexpr auto config_schema = R"({
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object", "additionalProperties": false,
    "properties": {
      "limit": {"type": "integer", "minimum": 1, "default": 1024,
                "description": "The most tokens of an answer, unless the request says"}}})";

  explicit @CLASS@Codec(const sluice::Setup& setup)
      : host(setup.host), limit(sluice::Settings(setup).whole("limit", 1024)) {}

  void encode(const sluice::Request& request, sluice::HttpOut out) const override {
    if (request.op() == SLUICE_OP_MODELS) return void(out.get("/v1/models").secretHeader("X-Key"));
    if (request.op() != SLUICE_OP_CHAT) request.refuse();
    const sluice::Body asked(request);
    std::string body;
    json::Writer to(body);
    to.beginObject().member("model", request.model()).member("stream", request.stream());
    to.member("limit", asked.maxTokens(limit)).key("turns").beginArray();
    for (const json::Value message : asked.messages())
      to.beginObject().member("who", message["role"]).member("says", sluice::textOf(message))
          .endObject();
    to.endArray().endObject();
    out.post("/v1/talk").secretHeader("X-Key").json(body);
    if (request.stream()) out.lines();
  }

  std::unique_ptr<sluice::Decoder> open(const sluice::Request& request,
                                        const sluice::Response& response) const override {
    if (!response.ok()) return sluice::refused(response, host);
    if (request.op() == SLUICE_OP_MODELS) return std::make_unique<Models>();
    return std::make_unique<Answer>();
  }

  sluice::Host host;
  std::uint64_t limit;
};

}  // namespace

SLUICE_PLUGIN("Example", "0.1.0", "Apache-2.0", sluice::CodecComponent<@CLASS@Codec>)
