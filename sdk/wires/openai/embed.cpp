#include "embed.hpp"

#include <vector>

#include "failure.hpp"

namespace openai {
namespace {

namespace json = sluice::json;
using sluice::Body;
using sluice::broken;
using sluice::Sink;

constexpr std::string_view kCanonical = "sluice.embed/1";

// {"data": [{"index", "embedding": [numbers]}], "usage": {"prompt_tokens"}}, the items in any
// order.
class EmbedDecoder final : public sluice::Decoder {
 public:
  void frame(std::string_view /*event*/, std::string_view data, Sink sink) override {
    json::Document document;
    if (!document.parse(data))
      throw broken(std::string("the upstream's answer is not JSON: ") + document.error());
    const json::Value root = document.root();
    if (holdsError(root)) throw failure(0, 0, data);
    std::string out;
    json::Writer writer(out);
    writer.beginObject().key("data").beginArray();
    for (const json::Value vector : vectorsOf(root["data"]))
      writer.beginObject().member("embedding", vector).endObject();
    writer.endArray().endObject();
    if (const std::uint64_t tokens = root["usage"]["prompt_tokens"].whole()) sink.usage(tokens, 0);
    sink.json(out);
    answered_ = true;
  }
  void end(Sink /*sink*/) override {
    if (!answered_) throw broken("the upstream's answer is empty");
  }

 private:
  static std::vector<json::Value> vectorsOf(json::Value data) {
    std::vector<json::Value> items;
    for (const json::Value item : data) items.push_back(item);
    if (items.empty()) throw broken("the upstream's answer has no embeddings");
    std::vector<json::Value> vectors(items.size());
    for (std::size_t place = 0; place < items.size(); ++place) {
      const std::uint64_t index = items[place]["index"].unsignedInteger().value_or(place);
      const json::Value vector = items[place]["embedding"];
      if (!vector.isArray()) throw broken("the upstream's embedding is no array");
      if (index >= vectors.size() || vectors[index].exists())
        throw broken("the upstream's embeddings are wrongly numbered");
      vectors[index] = vector;
    }
    return vectors;
  }

  bool answered_ = false;
};

}  // namespace

std::optional<std::string> embedBody(const sluice::Request& request, sluice::HttpOut& out) {
  if (request.dialect() != kCanonical) return std::nullopt;
  const Body body(request);
  const json::Value texts = body.array("input");
  if (!texts[std::size_t{0}].exists()) Body::refuse("input", "must not be empty");
  std::string rendered;
  json::Writer writer(rendered);
  writer.beginObject().member("model", request.model()).key("input").beginArray();
  for (const json::Value text : texts) {
    if (!text.isString()) Body::refuse("input", "must be an array of strings");
    writer.value(text);
  }
  writer.endArray().member("encoding_format", "float");
  if (const std::uint64_t dimensions = body.whole("dimensions", 0))
    writer.member("dimensions", dimensions);
  writer.endObject();
  if (!body["purpose"].string().empty()) out.dropped("purpose");
  return rendered;
}

std::unique_ptr<sluice::Decoder> embedDecoder() { return std::make_unique<EmbedDecoder>(); }

}  // namespace openai
