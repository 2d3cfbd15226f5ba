// acme: a provider with a wire format of its own that no client speaks, so that requests and
// answers are always translated. JSON goes out, server-sent events come back, streamed or not:
//   POST /v2/chat {"model", "stream", "limit", "turns": [{"who", "says"}]}
//   {"id", "model"} {"thought"} {"delta"} {"tool": {"index", "id", "name", "arguments"}}
//   {"stop"} {"tokens": {"in", "out"}} [DONE]
// It has no seed and no logit_bias: these are left out, and that is told. A conversation is
// counted:
//   POST /v2/count, the same; {"count"}
// A refusal, before or within the events, is {"problem", "kind"}.
#include <sluice/plugin.hpp>

namespace {

namespace json = sluice::json;

sluice::Error refusal(int status, json::Value root, std::uint32_t retryAfterMs) {
  const std::string_view kind = root["kind"].string();
  sluice::Error error(SLUICE_UNAVAILABLE, std::string(root["problem"].string("no reason given")));
  if (status == 429 || kind == "slow_down") {
    error.code = SLUICE_RESOURCE_EXHAUSTED;
    error.reason = SLUICE_REASON_RATE_LIMIT;
  } else if (status == 401) {
    error.code = SLUICE_UNAUTHENTICATED;
    error.reason = SLUICE_REASON_KEY;
  } else if (status >= 400 && status < 500) {
    error.code = SLUICE_INVALID_ARGUMENT;
    error.reason = SLUICE_REASON_BAD_REQUEST;
  }
  error.retryable = error.reason != SLUICE_REASON_BAD_REQUEST;
  error.retryAfterMs = retryAfterMs;
  error.httpStatus = static_cast<std::uint32_t>(status);
  error.type = kind;
  return error;
}

// How large a conversation is.
class AcmeCount : public sluice::JsonDecoder {
  void object(std::string_view /*event*/, json::Value root, sluice::Sink sink) override {
    sink.inputTokens(root["count"].whole());
    complete();
  }
};

class AcmeDecoder : public sluice::Decoder {
 public:
  AcmeDecoder(int status, std::uint32_t retryAfterMs)
      : status_(status), retryAfterMs_(retryAfterMs) {}

  void frame(std::string_view /*event*/, std::string_view data, sluice::Sink sink) override {
    if (status_ == 0 && data == "[DONE]") return;
    const bool parsed = document_.parse(data);
    const json::Value root = document_.root();
    if (status_ != 0 || root["problem"].exists()) throw refusal(status_, root, retryAfterMs_);
    if (!parsed) throw sluice::Error(SLUICE_UNAVAILABLE, "Acme sent an event that is not JSON");
    if (root["id"].exists()) sink.start(root["id"].string(), root["model"].string());
    if (root["thought"].exists()) sink.reasoning(root["thought"].string());
    if (root["delta"].exists()) sink.text(root["delta"].string());
    if (const json::Value tool = root["tool"]; tool.exists())
      sink.toolCall(static_cast<std::uint32_t>(tool["index"].unsignedInteger().value_or(0)),
                    tool["id"].string(), tool["name"].string(), tool["arguments"].string());
    if (root["stop"].exists()) {
      sink.finishReason(root["stop"].string());
      stopped_ = true;
    }
    if (const json::Value tokens = root["tokens"]; tokens.exists()) {
      sluice_usage usage{};
      usage.input = tokens["in"].unsignedInteger().value_or(0);
      usage.output = tokens["out"].unsignedInteger().value_or(0);
      sink.usage(usage);
    }
  }
  void end(sluice::Sink /*sink*/) override {
    if (status_ != 0) throw refusal(status_, {}, retryAfterMs_);
    if (stopped_) return;
    sluice::Error error(SLUICE_UNAVAILABLE, "Acme's answer ended before it was finished");
    error.retryable = true;
    throw error;
  }

 private:
  const int status_;  // 0: a good one
  const std::uint32_t retryAfterMs_;
  bool stopped_ = false;
  json::Document document_;
};

struct Acme : sluice::Codec {
  static constexpr auto id = "test.acme";
  static constexpr auto description = "A wire format of its own: JSON in, events out";
  static constexpr auto config_schema = R"({"type":"object","additionalProperties":false})";
  static constexpr bool may_unload = true;

  void encode(const sluice::Request& request, sluice::HttpOut out) const override {
    const bool counts = request.op() == SLUICE_OP_COUNT;
    if (request.op() != SLUICE_OP_CHAT && !counts) request.refuse();
    json::Document document;
    if (!document.parse(request.body()))
      throw sluice::Error(SLUICE_INVALID_ARGUMENT, document.error(), SLUICE_REASON_BAD_REQUEST);
    if (document.root()["seed"].exists()) out.dropped("seed");
    if (document.root()["logit_bias"].exists()) out.dropped("logit_bias", SLUICE_DROPPED_MEANING);
    std::string body;
    json::Writer writer(body);
    writer.beginObject().key("model").string(request.model());
    writer.key("stream").boolean(request.stream());
    if (const json::Value limit = document.root()["max_tokens"]; limit.isNumber())
      writer.key("limit").raw(limit.raw());
    writer.key("turns").beginArray();
    for (const json::Value message : document.root()["messages"])
      writer.beginObject()
          .key("who")
          .string(message["role"].string())
          .key("says")
          .string(message["content"].string())
          .endObject();
    writer.endArray().endObject();
    out.post(counts ? "/v2/count" : "/v2/chat").secretHeader("x-acme-key").json(body);
    if (!counts) out.sse();
  }

  std::unique_ptr<sluice::Decoder> open(const sluice::Request& request,
                                        const sluice::Response& response) const override {
    if (request.op() == SLUICE_OP_COUNT && response.ok()) return std::make_unique<AcmeCount>();
    return std::make_unique<AcmeDecoder>(response.ok() ? 0 : response.status,
                                         sluice::retryAfterMs(response.headers, 0));
  }
};

}  // namespace

SLUICE_PLUGIN("Tests", "1.0.0", "Apache-2.0", sluice::CodecComponent<Acme>)
