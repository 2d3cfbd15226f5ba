// sluice/upstream.hpp: what codecs have in common: names in paths, answers that are JSON,
// refusals, lists of models. Threads: a decoder belongs to its answer; all else are pure functions.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <sluice/body.hpp>
#include <sluice/codec.hpp>
#include <sluice/http.hpp>
#include <sluice/json.hpp>

namespace sluice {

// `stop`, `length`, `tool_calls` or `content_filter`, whatever the upstream calls it.
inline std::string_view finishName(std::string_view reason) noexcept {
  if (reason == "length" || reason == "max_tokens") return "length";
  if (reason == "tool_calls" || reason == "tool_use" || reason == "function_call")
    return "tool_calls";
  return reason == "content_filter" ? reason : std::string_view("stop");
}

// A text as one segment of a path: whatever a model is called, it names nothing but a model.
inline std::string pathSegment(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '.' || c == '_' || c == '~' || c == '@';
    const auto byte = static_cast<unsigned char>(c);
    if (plain) out.push_back(c);
    else out.append(1, '%').append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
  }
  return out;
}

// A decoder of frames that are JSON: lines, events, or one whole body. Blank frames and isMark()'s
// are skipped; a frame that is no JSON, and an answer that ends before finish() or complete() was
// called, are errors that another try may mend.
class JsonDecoder : public Decoder {
 public:
  // One object. `event`: the name of a server-sent event, else empty.
  virtual void object(std::string_view event, json::Value root, Sink sink) = 0;
  // JSON that is no object, such as a list.
  virtual void other(std::string_view /*event*/, json::Value /*root*/, Sink /*sink*/) {
    throw broken("the upstream sent what is not a JSON object");
  }
  // Whether a frame is no JSON on purpose, and says nothing.
  virtual bool isMark(std::string_view data) const { return data == "[DONE]"; }

  void frame(std::string_view event, std::string_view data, Sink sink) final {
    if (data.find_first_not_of(" \t\r\n") == std::string_view::npos || isMark(data)) return;
    if (!document_.parse(data))
      throw broken(std::string("the upstream sent what is not JSON: ") + document_.error());
    if (document_.root().isObject()) object(event, document_.root(), sink);
    else other(event, document_.root(), sink);
  }
  void end(Sink /*sink*/) override {
    if (!complete_) throw broken("the upstream's answer ended before it was finished");
  }

 protected:
  // The choice is finished; `reason` as finishName() reads it. Told once a choice.
  void finish(Sink sink, std::string_view reason, std::uint32_t choice = 0) {
    const std::uint64_t bit = choice < 64 ? std::uint64_t{1} << choice : 0;
    if ((finished_ & bit) != 0) return;
    finished_ |= bit;
    complete();
    sink.finishReason(finishName(reason), choice);
  }
  // The answer is whole, for answers that finish no choice.
  void complete() noexcept { complete_ = true; }

 private:
  json::Document document_;
  std::uint64_t finished_ = 0;  // a bit a choice
  bool complete_ = false;
};

// What an upstream says of its refusal.
struct Complaint {
  std::string message, type, symbol, param;
  std::uint32_t reason = SLUICE_REASON_NONE;  // if its words tell more than its status
  std::uint32_t retryAfterMs = 0;             // as the body says, where no header does
};

// Reads {"error": {"message", "type", "code", "param"}}, {"error": "..."}, {"message": "..."} and
// {"detail": "..."}.
inline Complaint usualComplaint(json::Value body) {
  Complaint said;
  const json::Value error = body["error"];
  const json::Value from = error.isObject() ? error : body;
  for (const json::Value text : {error, from["message"], body["detail"]})
    if (said.message.empty()) said.message = text.string();
  said.type = from["type"].string();
  said.symbol = from["code"].string();
  said.param = from["param"].string();
  return said;
}

// The error that it stands for. `status`: 0 inside an answer that began with 200; `retryAfterMs`:
// as a header says, 0 if none does.
inline Error errorOf(Complaint said, int status = 0, std::uint32_t retryAfterMs = 0) {
  const std::uint32_t wait = retryAfterMs != 0 ? retryAfterMs : said.retryAfterMs;
  Error error = statusError(status, wait, std::move(said.message), said.reason);
  error.type = std::move(said.type);
  error.symbol = std::move(said.symbol);
  error.param = std::move(said.param);
  return error;
}

// The same text with its ASCII letters small.
inline std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

// What an upstream said, where there is little but words to go by:
//   const sluice::Words says(complaint.message);
//   if (says({"rate limit", "per minute"})) complaint.reason = SLUICE_REASON_RATE_LIMIT;
class Words {
 public:
  explicit Words(std::string_view text) : text_(lowered(text)) {}
  // Whether any of these is in it. They are told in small letters; there they may be capital.
  bool operator()(std::initializer_list<std::string_view> any) const {
    return std::any_of(any.begin(), any.end(), [&](std::string_view words) {
      return text_.find(words) != std::string::npos;
    });
  }

 private:
  std::string text_;
};

// Throws what a refused answer means, by its status, its headers and its body.
class RefusalDecoder final : public Decoder {
 public:
  using Explain = Complaint (*)(json::Value body);

  RefusalDecoder(const Response& response, const Host& host, Explain explain)
      : status_(response.status),
        retryAfterMs_(sluice::retryAfterMs(response.headers, host)),
        explain_(explain) {}
  void frame(std::string_view /*event*/, std::string_view data, Sink /*sink*/) override {
    json::Document document;
    Complaint said;
    if (document.parse(data) && document.root().isObject()) said = explain_(document.root());
    else if (!data.empty() && data.front() != '<') said.message = data.substr(0, kMostText);
    throw errorOf(std::move(said), status_, retryAfterMs_);
  }
  void end(Sink /*sink*/) override { throw errorOf({}, status_, retryAfterMs_); }

 private:
  static constexpr std::size_t kMostText = 300;  // of a body that is no JSON

  const int status_;
  const std::uint32_t retryAfterMs_;
  const Explain explain_;
};

// For open(): if (!response.ok()) return sluice::refused(response, host_);
inline std::unique_ptr<Decoder> refused(const Response& response, const Host& host,
                                        RefusalDecoder::Explain explain = usualComplaint) {
  return std::make_unique<RefusalDecoder>(response, host, explain);
}

// The answer to SLUICE_OP_MODELS: sink.json(list.json()).
class ModelList {
 public:
  ModelList() { writer_.beginObject().member("object", "list").key("data").beginArray(); }
  ModelList(const ModelList&) = delete;
  ModelList& operator=(const ModelList&) = delete;

  // An empty name is left out.
  void add(std::string_view id) {
    if (id.empty()) return;
    writer_.beginObject().member("id", id).member("object", "model").endObject();
  }
  // Once, at the end.
  std::string json() {
    writer_.endArray().endObject();
    return std::move(text_);
  }

 private:
  std::string text_;
  json::Writer writer_{text_};
};

}  // namespace sluice
