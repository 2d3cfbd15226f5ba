// demo: a provider without an upstream. Its one model, `echo`, says the last user message back, and
// embeds texts by their words.
#include <algorithm>
#include <cmath>
#include <limits>
#include <sluice/plugin.hpp>
#include <vector>

namespace {

namespace json = sluice::json;

constexpr std::string_view kSpace = " \t\r\n\f\v";

std::uint64_t countWords(std::string_view text) {
  std::uint64_t words = 0;
  for (std::size_t at = text.find_first_not_of(kSpace); at != std::string_view::npos; ++words)
    at = text.find_first_not_of(kSpace, text.find_first_of(kSpace, at));
  return words;
}

// Where the first word ends, with the white space before and after it; the text's end if none.
std::size_t afterWord(std::string_view text) {
  const std::size_t word = std::min(text.find_first_not_of(kSpace), text.size());
  const std::size_t gap = std::min(text.find_first_of(kSpace, word), text.size());
  return std::min(text.find_first_not_of(kSpace, gap), text.size());
}

// Says `text` word by word, or whole; then why it ended, then the usage.
class Echo : public sluice::Generation {
 public:
  Echo(const sluice::Request& request, std::string text, std::uint64_t input, std::uint64_t limit)
      : stream_(request.stream()),
        id_("echo-" + std::to_string(request.id())),
        text_(std::move(text)),
        input_(input) {
    const std::uint64_t words = countWords(text_);
    said_ = std::min(words, limit);
    cut_ = words > limit;
    if (cut_) truncate(limit);
  }

  bool step(sluice::Sink sink) override {
    switch (stage_) {
      case Stage::start:
        sink.start(id_, "echo");
        stage_ = text_.empty() ? Stage::finish : Stage::text;
        return true;
      case Stage::text: {
        const std::string_view rest = std::string_view(text_).substr(at_);
        const std::string_view piece = stream_ ? rest.substr(0, afterWord(rest)) : rest;
        sink.text(piece);
        at_ += piece.size();
        if (at_ == text_.size()) stage_ = Stage::finish;
        return true;
      }
      case Stage::finish:
        sink.finishReason(cut_ ? "length" : "stop");
        stage_ = Stage::usage;
        return true;
      case Stage::usage: break;
    }
    sluice_usage usage{};
    usage.input = input_;
    usage.output = said_;
    sink.usage(usage);
    return false;
  }

 private:
  enum class Stage { start, text, finish, usage };

  void truncate(std::uint64_t limit) {
    std::size_t end = 0;
    for (std::uint64_t i = 0; i < limit; ++i) end += afterWord(std::string_view(text_).substr(end));
    text_.resize(limit == 0 ? 0 : text_.find_last_not_of(kSpace, end - 1) + 1);
  }

  const bool stream_;
  const std::string id_;
  std::string text_;
  const std::uint64_t input_;
  std::uint64_t said_ = 0;
  bool cut_ = false;
  std::size_t at_ = 0;
  Stage stage_ = Stage::start;
};

// Answers SLUICE_OP_MODELS.
struct Models : sluice::Generation {
  bool step(sluice::Sink sink) override {
    sink.json(R"({"object":"list","data":[{"id":"echo","object":"model","owned_by":"demo"}]})");
    return false;
  }
};

constexpr std::uint64_t kDimensions = 64, kMostDimensions = 1024, kMostTexts = 2048;

// FNV-1a.
std::uint64_t hashOf(std::string_view word) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

// Each word adds 1 or -1 at a place; then the vector's length is made 1, unless it is 0. Texts that
// share words are near each other.
std::vector<double> vectorOf(std::string_view text, std::uint64_t dimensions) {
  std::vector<double> vector(dimensions);
  for (std::size_t at = text.find_first_not_of(kSpace); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kSpace, at), text.size());
    const std::uint64_t hash = hashOf(text.substr(at, end - at));
    vector[(hash >> 1) % dimensions] += (hash & 1) != 0 ? 1 : -1;
    at = text.find_first_not_of(kSpace, end);
  }
  double squares = 0;
  for (const double value : vector) squares += value * value;
  if (squares != 0)
    for (double& value : vector) value /= std::sqrt(squares);
  return vector;
}

// Answers SLUICE_OP_EMBED.
class Vectors : public sluice::Generation {
 public:
  explicit Vectors(const sluice::Request& request) {
    const sluice::Body body(request);
    const std::uint64_t dimensions = body.whole("dimensions", kDimensions);
    if (dimensions == 0 || dimensions > kMostDimensions)
      sluice::Body::refuse("dimensions", "must be from 1 to 1024");
    json::Writer writer(answer_);
    writer.beginObject().key("data").beginArray();
    std::uint64_t texts = 0;
    for (const json::Value text : body.array("input")) {
      if (++texts > kMostTexts) sluice::Body::refuse("input", "must hold at most 2048 texts");
      if (!text.isString()) sluice::Body::refuse("input", "must be an array of strings");
      writer.beginObject().key("embedding").beginArray();
      for (const double value : vectorOf(text.string(), dimensions)) writer.real(value);
      writer.endArray().endObject();
      words_ += countWords(text.string());
    }
    writer.endArray().endObject();
  }

  bool step(sluice::Sink sink) override {
    sink.usage(words_, 0);
    sink.json(answer_);
    return false;
  }

 private:
  std::string answer_;
  std::uint64_t words_ = 0;
};

struct Demo : sluice::Generator {
  static constexpr auto id = "sluice.demo";
  static constexpr auto description = "Says the last user message back; needs no key";
  static constexpr auto config_schema = R"({"type":"object","additionalProperties":false})";
  static constexpr bool may_unload = true;

  std::unique_ptr<sluice::Generation> generate(const sluice::Request& request) const override {
    if (request.op() == SLUICE_OP_MODELS) return std::make_unique<Models>();
    const bool embeds = request.op() == SLUICE_OP_EMBED;
    if (request.op() != SLUICE_OP_CHAT && !embeds) request.refuse();
    if (request.model() != "echo") unknown(request.model());
    if (embeds) return std::make_unique<Vectors>(request);
    return chat(request);
  }

 private:
  [[noreturn]] static void unknown(std::string_view model) {
    sluice::Error error(SLUICE_NOT_FOUND,
                        "there is no model '" + std::string(model) +
                            "' here; the demo provider has one model, 'echo'",
                        SLUICE_REASON_MODEL_NOT_FOUND);
    error.type = "invalid_request_error";
    error.symbol = "model_not_found";
    error.param = "model";
    throw error;
  }

  static std::unique_ptr<sluice::Generation> chat(const sluice::Request& request) {
    const sluice::Body body(request);
    const json::Value messages = body.messages();
    json::Value last;
    std::uint64_t words = 0;
    for (const json::Value message : messages) {
      words += countWords(sluice::textOf(message));
      if (message["role"].string() == "user") last = message;
    }
    if (!last.exists())
      sluice::Body::refuse("messages",
                           "must hold one of role user: the echo model says the last one back");
    return std::make_unique<Echo>(request, sluice::textOf(last), words,
                                  body.maxTokens(std::numeric_limits<std::uint64_t>::max()));
  }
};

}  // namespace

SLUICE_PLUGIN("Sluice", "0.1.0", "Apache-2.0", sluice::DirectComponent<Demo>)
