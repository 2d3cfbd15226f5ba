#include "dialects/openai_embeddings_answer.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "base/json.hpp"
#include "dialects/json_document.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_error.hpp"
#include "dialects/openai_usage.hpp"
#include "dialects/request_text.hpp"
#include "plugins/signing_key.hpp"

namespace sluice::dialects {

namespace {

namespace dom = simdjson::dom;

static_assert(std::numeric_limits<float>::is_iec559 && sizeof(float) == 4);

constexpr const char* kMiscounted = "the answer has not one embedding for each input";

plugins::Fault broken(const char* what) {
  plugins::Fault made;
  made.code = plugins::Code::unavailable;
  made.retryable = true;
  made.message = what;
  return made;
}

void setWhole(calls::Progress& progress) {
  progress.content = progress.settled = progress.finished = true;
}

// A number that a float32 holds, if it is one.
std::optional<float> numberOf(JsonView value) {
  double number = 0;
  const std::string_view raw = value.raw();
  if (!value.isNumber()) return std::nullopt;
  if (std::from_chars(raw.data(), raw.data() + raw.size(), number).ec != std::errc())
    return std::nullopt;
  if (std::abs(number) > std::numeric_limits<float>::max()) return std::nullopt;
  return static_cast<float>(number);
}

bool areNumbers(JsonView vector) {
  JsonElements each(vector);
  while (each.next()) {
    if (!numberOf(each.value())) return false;
  }
  return vector.isArray();
}

// Each number as a float32, little-endian, all of them in base64 and in quotes.
std::string base64Of(JsonView vector) {
  std::string bytes;
  JsonElements each(vector);
  while (each.next()) {
    auto bits = std::bit_cast<std::uint32_t>(numberOf(each.value()).value_or(0));
    for (std::size_t i = 0; i < sizeof bits; ++i, bits >>= 8) {
      bytes += static_cast<char>(bits & 0xFFU);
    }
  }
  return '"' + plugins::toBase64(bytes) + '"';
}

// Each one's embedding; nothing if one has none.
std::optional<std::vector<JsonView>> embeddingsOf(JsonView data) {
  std::vector<JsonView> found;
  JsonElements each(data);
  while (each.next()) {
    const JsonView embedding = each.value()["embedding"];
    if (!embedding.isString() && !areNumbers(embedding)) return std::nullopt;
    found.push_back(embedding);
  }
  if (!data.isArray()) return std::nullopt;
  return found;
}

// `body`, of which `embeddings` are a part, with base64 in the place of arrays.
std::string inBase64(std::string_view body, const std::vector<JsonView>& embeddings) {
  std::vector<std::string> texts;
  texts.reserve(embeddings.size());
  std::vector<Edit> edits;
  for (const JsonView embedding : embeddings) {
    if (!embedding.isArray()) continue;
    texts.push_back(base64Of(embedding));
    const auto at = static_cast<std::size_t>(embedding.raw().data() - body.data());
    edits.push_back({{at, embedding.raw().size()}, texts.back()});
  }
  std::string made;
  appendEdited(made, body, std::move(edits));
  return made;
}

}  // namespace

void OpenAiEmbeddingsPassage::block(const wire::SseBlock&, std::string&) {
  progress_.fault = broken("the upstream streamed an answer that is never streamed");
}

void OpenAiEmbeddingsPassage::whole(std::string_view body) {
  dom::element root;
  dom::element member;
  if (parseJson(body, root) != simdjson::SUCCESS || !root.is_object()) {
    progress_.fault = broken("the upstream sent something that is not a JSON object");
    return;
  }
  if (root["error"].get(member) == simdjson::SUCCESS && !member.is_null()) {
    progress_.fault = readOpenAiError(member);
    return;
  }
  const auto embeddings = embeddingsOf(JsonView(body)["data"]);
  if (!embeddings) {
    progress_.fault = broken("the answer has no embeddings");
    return;
  }
  if (embeddings->size() != inputs_) {
    progress_.fault = broken(kMiscounted);
    return;
  }
  if (root["usage"].get(member) == simdjson::SUCCESS) progress_.usage = readOpenAiUsage(member);
  if (base64_ && std::ranges::any_of(*embeddings, &JsonView::isArray)) {
    restated_ = inBase64(body, *embeddings);
  }
  setWhole(progress_);
  progress_.ended = true;
}

void OpenAiEmbeddingsRendering::take(const plugins::Chunk& chunk) {
  if (chunk.type == plugins::ChunkType::usage && chunk.usage != nullptr) {
    progress_.usage = *chunk.usage;
  } else if (chunk.type == plugins::ChunkType::json && !progress_.finished) {
    takeVectors(chunk.extra);
  }
}

void OpenAiEmbeddingsRendering::takeVectors(std::string_view json) {
  dom::element root;
  std::optional<std::vector<JsonView>> embeddings;
  if (parseJson(json, root) == simdjson::SUCCESS) embeddings = embeddingsOf(JsonView(json)["data"]);
  if (!embeddings || !std::ranges::all_of(*embeddings, &JsonView::isArray)) {
    progress_.fault = broken("the answer has no embeddings");
    return;
  }
  if (embeddings->size() != asked_.inputs) {
    progress_.fault = broken(kMiscounted);
    return;
  }
  json::Writer w(data_);
  std::uint64_t index = 0;
  for (const JsonView embedding : *embeddings) {
    w.beginObject().key("object").string("embedding").key("index").number(index++);
    w.key("embedding")
        .raw(asked_.base64 ? base64Of(embedding) : std::string(embedding.raw()))
        .endObject();
  }
  setWhole(progress_);
}

void OpenAiEmbeddingsRendering::close(std::string& out) {
  std::uint64_t tokens = asked_.tokens;
  if (const auto& usage = progress_.usage) {
    tokens = usage->input + usage->cacheRead + usage->cacheWrite;
  }
  json::Writer w(out);
  w.beginObject().key("object").string("list").key("data").beginArray().raw(data_).endArray();
  w.key("model").string(model_).key("usage").beginObject();
  w.key("prompt_tokens").number(tokens).key("total_tokens").number(tokens).endObject();
  w.endObject();
  progress_.ended = true;
}

}  // namespace sluice::dialects
