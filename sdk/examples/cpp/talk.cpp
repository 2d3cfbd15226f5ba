// talk: a provider in C++17 for an upstream with a wire format of its own, which ../README.md
// describes.
#include <sluice/plugin.hpp>

namespace {

namespace json = sluice::json;

// A line at a time when streamed, else one object with the same members.
struct Answer : sluice::Decoder {
  explicit Answer(bool list) : models(list) {}

  void frame(std::string_view /*event*/, std::string_view data, sluice::Sink sink) override {
    if (!document.parse(data) || !document.root().isObject())
      throw sluice::broken("the upstream sent what is not a JSON object");
    const json::Value said = document.root();
    if (said["error"].exists()) {
      sluice::Error error = sluice::statusError(0, 0, std::string(said["error"].string()));
      error.type = said["type"].string();
      throw error;
    }
    if (models) pushModels(said["models"], sink);
    else pushChat(said, sink);
  }
  void end(sluice::Sink /*sink*/) override {
    if (!complete) throw sluice::broken("the upstream's answer ended before it was finished");
  }

  void pushModels(json::Value names, sluice::Sink sink) {
    sluice::ModelList list;
    for (const json::Value name : names) list.add(name.string());
    sink.json(list.json());
    complete = true;
  }
  void pushChat(json::Value said, sluice::Sink sink) {
    if (said["id"].exists()) sink.start(said["id"].string(), said["model"].string());
    if (said["text"].exists()) sink.text(said["text"].string());
    if (said["done"].exists() && !complete) {
      sink.finishReason(said["done"].string() == "length" ? "length" : "stop");
      complete = true;
    }
    if (const json::Value tokens = said["tokens"]; tokens.exists())
      sink.usage(tokens["prompt"].whole(), tokens["answer"].whole());
  }

  const bool models;
  bool complete = false;
  json::Document document;
};

struct Talk : sluice::Codec {
  static constexpr auto id = "com.example.talk-cpp";
  static constexpr auto description = "An upstream with a wire format of its own, in C++";
  static constexpr auto config_schema =
      R"({"type":"object","additionalProperties":false,"properties":{
          "limit":{"type":"integer","minimum":1,"default":1024,
                   "description":"The most tokens of an answer, unless the request says"}}})";
  static constexpr bool may_unload = true;

  explicit Talk(const sluice::Setup& setup)
      : host(setup.host), limit(sluice::Settings(setup).whole("limit", 1024)) {}

  void encode(const sluice::Request& request, sluice::HttpOut out) const override {
    if (request.op() == SLUICE_OP_MODELS) {
      out.get("/v1/models").secretHeader("X-Key");
      return;
    }
    if (request.op() != SLUICE_OP_CHAT) request.refuse();
    const sluice::Body asked(request);
    std::string body;
    json::Writer to(body);
    to.beginObject().member("model", request.model()).member("stream", request.stream());
    to.member("limit", asked.maxTokens(limit)).key("turns").beginArray();
    for (const json::Value message : asked.messages()) {
      to.beginObject().member("who", message["role"].string());
      to.member("says", sluice::textOf(message)).endObject();
    }
    to.endArray().endObject();
    out.post("/v1/talk").secretHeader("X-Key").json(body);
    if (request.stream()) out.lines();
    // What the upstream has no word for; the host decides what becomes of it.
    const auto given = [&](const char* name) {
      return asked[name].exists() && !asked[name].isNull();
    };
    if (given("seed")) out.dropped("seed");
    if (given("tools")) out.dropped("tools", SLUICE_DROPPED_MEANING);
  }

  std::unique_ptr<sluice::Decoder> open(const sluice::Request& request,
                                        const sluice::Response& response) const override {
    if (!response.ok()) return sluice::refused(response, host);
    return std::make_unique<Answer>(request.op() == SLUICE_OP_MODELS);
  }

  sluice::Host host;
  std::uint64_t limit;
};

}  // namespace

SLUICE_PLUGIN("Sluice", "1.0.0", "Apache-2.0", sluice::CodecComponent<Talk>)
