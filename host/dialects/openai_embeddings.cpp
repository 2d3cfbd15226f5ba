#include "dialects/openai_embeddings.hpp"

#include "base/json.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_embeddings_answer.hpp"
#include "dialects/openai_request.hpp"

namespace sluice::dialects {

namespace {

using calls::Problem;
namespace dom = simdjson::dom;

constexpr std::size_t kBytesAToken = 4;  // near enough for text

// What is to be embedded, and how the vectors are to be written.
struct Wanted {
  OpenAiTexts texts;
  bool base64 = false;
};

bool checkMember(std::string_view name, dom::element value, OpenAiReading& reading, Wanted& wanted,
                 Problem& problem) {
  const auto wrong = [&](const char* what) {
    problem = invalidRequest("'" + std::string(name) + "' must be " + what, std::string(name));
    return false;
  };
  if (name == "model") return readOpenAiMember(name, value, reading, problem);
  if (name == "input") {
    return readOpenAiTexts(value, wanted.texts) || wrong(kTexts);
  }
  if (isNull(value)) return true;
  if (name == "encoding_format") {
    std::string_view format;
    wanted.base64 = value.get(format) == simdjson::SUCCESS && format == "base64";
    return wanted.base64 || format == "float" || wrong("float or base64");
  }
  if (name == "dimensions") {
    std::uint64_t dimensions = 0;
    return (value.get(dimensions) == simdjson::SUCCESS && dimensions > 0) ||
           wrong("a whole number of at least 1");
  }
  return true;
}

// What other APIs call a text to be found, and one to find it by.
std::string_view purposeOf(JsonView type) {
  if (type.says("query") || type.says("search_query")) return "query";
  if (type.says("document") || type.says("search_document") || type.says("passage"))
    return "document";
  return {};
}

plugins::Fault tokensFault() {
  plugins::Fault fault;
  fault.code = plugins::Code::invalidArgument;
  fault.message = "'input' must be texts, not tokens, at the provider of this model";
  fault.symbol = "unsupported_parameter";
  fault.param = "input";
  return fault;
}

class OpenAiEmbeddingsInquiry final : public OpenAiInquiry {
 public:
  OpenAiEmbeddingsInquiry(const std::string& body, OpenAiReading reading, Wanted wanted)
      : OpenAiInquiry(body, std::move(reading)), wanted_(wanted) {}

  plugins::Op op() const noexcept override { return plugins::Op::embed; }
  std::string_view dialect() const noexcept override { return "openai.embeddings"; }

  std::optional<plugins::Fault> appendCanonical(
      std::string& out, std::string_view model, bool,
      std::vector<plugins::Dropped>& dropped) const override {
    if (wanted_.texts.tokens) return tokensFault();
    json::Writer w(out);
    w.beginObject().key("model").string(model);
    JsonMembers members{JsonView(body())};
    while (members.next()) {
      const std::string_view name = members.name();
      const JsonView value = members.value();
      if (name == "model" || name == "encoding_format" || !value.given()) continue;
      if (name == "input") {
        w.key("input");
        if (value.isArray()) w.raw(value.raw());
        else w.beginArray().raw(value.raw()).endArray();
      } else if (name == "dimensions") {
        w.key("dimensions").raw(value.raw());
      } else if (const auto purpose = purposeOf(value); name == "input_type" && !purpose.empty()) {
        w.key("purpose").string(purpose);
      } else {
        dropped.push_back({std::string(name), false});
      }
    }
    w.endObject();
    return std::nullopt;
  }

  std::unique_ptr<calls::Passage> passage() const override {
    return std::make_unique<OpenAiEmbeddingsPassage>(wanted_.texts.count, wanted_.base64);
  }
  std::unique_ptr<calls::Rendering> rendering(std::string_view model,
                                              std::string_view) const override {
    return std::make_unique<OpenAiEmbeddingsRendering>(
        model, OpenAiEmbeddingsRendering::Asked{wanted_.texts.count, wanted_.base64,
                                                (size() + kBytesAToken - 1) / kBytesAToken});
  }

 private:
  const Wanted wanted_;
};

}  // namespace

std::unique_ptr<calls::Inquiry> parseOpenAiEmbeddings(std::string& body, Problem& problem) {
  dom::object object;
  OpenAiReading reading;
  Wanted wanted;
  if (!parseRequest(body, {"model", "input"}, object, problem)) return nullptr;
  for (const dom::key_value_pair member : object) {
    if (!checkMember(member.key, member.value, reading, wanted, problem)) return nullptr;
  }
  if (!locateOpenAi(body, reading, problem)) return nullptr;
  return std::make_unique<OpenAiEmbeddingsInquiry>(body, std::move(reading), wanted);
}

}  // namespace sluice::dialects
