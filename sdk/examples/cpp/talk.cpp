// talk: a provider in C++17 for an upstream with a wire format of its own, which ../README.md
// describes.
#include <sluice/plugin.hpp>

namespace {

namespace json = sluice::json;

sluice::Error broken(const char* what) {
  sluice::Error error(SLUICE_UNAVAILABLE, what);
  error.retryable = true;  // another try may do better
  return error;
}

sluice::Error badRequest(const char* what) {
  return {SLUICE_INVALID_ARGUMENT, what, SLUICE_REASON_BAD_REQUEST};
}

// What a refusal means: {"error", "type"}. status: 0 within an answer that began with 200.
sluice::Error refusal(int status, std::uint32_t retryAfterMs, json::Value body) {
  sluice::Error error(SLUICE_INVALID_ARGUMENT, std::string(body["error"].string()),
                      SLUICE_REASON_BAD_REQUEST);
  const auto is = [&error](sluice_status code, std::uint32_t reason, bool retryable) {
    error.code = code;
    error.reason = reason;
    error.retryable = retryable;
  };
  if (status == 401) is(SLUICE_UNAUTHENTICATED, SLUICE_REASON_KEY, true);
  else if (status == 403) is(SLUICE_PERMISSION_DENIED, SLUICE_REASON_KEY, true);
  else if (status == 404) is(SLUICE_NOT_FOUND, SLUICE_REASON_NONE, false);
  else if (status == 429) is(SLUICE_RESOURCE_EXHAUSTED, SLUICE_REASON_RATE_LIMIT, true);
  else if (status == 0) is(SLUICE_UNAVAILABLE, SLUICE_REASON_NONE, true);
  else if (status >= 500) is(SLUICE_UNAVAILABLE, SLUICE_REASON_OVERLOADED, true);
  else if (status < 400) is(SLUICE_FAILED_PRECONDITION, SLUICE_REASON_NONE, false);
  if (error.message.empty())
    error.message = "HTTP " + std::to_string(status) + " without a word of why";
  error.type = body["type"].string();
  error.retryAfterMs = retryAfterMs;
  error.httpStatus = static_cast<std::uint32_t>(status);
  return error;
}

class Refused : public sluice::Decoder {
 public:
  Refused(int status, std::uint32_t retryAfterMs) : status_(status), retryAfterMs_(retryAfterMs) {}
  void frame(std::string_view /*event*/, std::string_view data, sluice::Sink /*sink*/) override {
    json::Document said;
    said.parse(data);
    throw refusal(status_, retryAfterMs_, said.root());
  }
  void end(sluice::Sink /*sink*/) override { throw refusal(status_, retryAfterMs_, {}); }

 private:
  const int status_;
  const std::uint32_t retryAfterMs_;
};

// A line at a time when streamed, else one object with the same members.
class Answer : public sluice::Decoder {
 public:
  explicit Answer(bool models) : models_(models) {}

  void frame(std::string_view /*event*/, std::string_view data, sluice::Sink sink) override {
    if (!document_.parse(data) || !document_.root().isObject())
      throw broken("the upstream sent what is not a JSON object");
    const json::Value said = document_.root();
    if (said["error"].exists()) throw refusal(0, 0, said);
    if (models_) pushModels(said["models"], sink);
    else pushChat(said, sink);
  }
  void end(sluice::Sink /*sink*/) override {
    if (!complete_) throw broken("the upstream's answer ended before it was finished");
  }

 private:
  void pushModels(json::Value models, sluice::Sink sink) {
    std::string list;
    json::Writer writer(list);
    writer.beginObject().key("object").string("list").key("data").beginArray();
    for (const json::Value name : models)
      if (name.isString())
        writer.beginObject()
            .key("id")
            .string(name.string())
            .key("object")
            .string("model")
            .endObject();
    writer.endArray().endObject();
    sink.json(list);
    complete_ = true;
  }
  void pushChat(json::Value said, sluice::Sink sink) {
    if (said["id"].exists()) sink.start(said["id"].string(), said["model"].string());
    if (said["text"].exists()) sink.text(said["text"].string());
    if (said["done"].exists() && !complete_) {
      sink.finishReason(said["done"].string() == "length" ? "length" : "stop");
      complete_ = true;
    }
    if (const json::Value tokens = said["tokens"]; tokens.exists()) {
      sluice_usage usage{};
      usage.input = tokens["prompt"].unsignedInteger().value_or(0);
      usage.output = tokens["answer"].unsignedInteger().value_or(0);
      sink.usage(usage);
    }
  }

  const bool models_;
  bool complete_ = false;
  json::Document document_;
};

// A message's text: its content, or the text parts of that joined.
std::string textOf(json::Value message) {
  std::string text(message["content"].string());
  if (message["content"].isArray())
    for (const json::Value part : message["content"])
      if (part["type"].string() == "text") text += part["text"].string();
  return text;
}

class Talk : public sluice::Codec {
 public:
  static constexpr auto id = "com.example.talk-cpp";
  static constexpr auto description = "An upstream with a wire format of its own, in C++";
  static constexpr auto config_schema =
      R"({"type":"object","additionalProperties":false,"properties":{
          "limit":{"type":"integer","minimum":1,"default":1024,
                   "description":"The most tokens of an answer, unless the request says"}}})";
  static constexpr bool may_unload = true;

  explicit Talk(const sluice::Setup& setup) {
    json::Document settings;
    if (!settings.parse(setup.config) || !settings.root().isObject())
      throw sluice::Error(SLUICE_INVALID_ARGUMENT, "the settings are not a JSON object");
    const json::Value limit = settings.root()["limit"];
    if (limit.exists() && !limit.unsignedInteger())
      throw sluice::Error(SLUICE_INVALID_ARGUMENT,
                          "settings.limit: must be a whole number, not negative");
    limit_ = limit.unsignedInteger().value_or(limit_);
  }

  void encode(const sluice::Request& request, sluice::HttpOut out) const override {
    if (request.op() == SLUICE_OP_MODELS) {
      out.get("/v1/models").secretHeader("X-Key");
      return;
    }
    if (request.op() != SLUICE_OP_CHAT) request.refuse();
    json::Document document;
    if (!document.parse(request.body()) || !document.root().isObject())
      throw badRequest("the request is not a JSON object");
    const std::string body = bodyOf(request, document.root());
    out.post("/v1/talk").secretHeader("X-Key").json(body);
    if (request.stream()) out.framing(SLUICE_FRAME_LINES);
  }

  std::unique_ptr<sluice::Decoder> open(const sluice::Request& request,
                                        const sluice::Response& response) const override {
    if (response.ok()) return std::make_unique<Answer>(request.op() == SLUICE_OP_MODELS);
    return std::make_unique<Refused>(response.status, sluice::retryAfterMs(response.headers, 0));
  }

 private:
  std::string bodyOf(const sluice::Request& request, json::Value asked) const {
    if (!asked["messages"].isArray()) throw badRequest("messages must be an array");
    auto limit = asked["max_completion_tokens"].unsignedInteger();
    if (!limit) limit = asked["max_tokens"].unsignedInteger();
    std::string body;
    json::Writer to(body);
    to.beginObject().key("model").string(request.model());
    to.key("stream").boolean(request.stream()).key("limit").number(limit.value_or(limit_));
    to.key("turns").beginArray();
    for (const json::Value message : asked["messages"]) {
      to.beginObject().key("who").string(message["role"].string());
      to.key("says").string(textOf(message)).endObject();
    }
    to.endArray().endObject();
    return body;
  }

  std::uint64_t limit_ = 1024;
};

}  // namespace

SLUICE_PLUGIN("Sluice", "1.0.0", "Apache-2.0", sluice::CodecComponent<Talk>)
