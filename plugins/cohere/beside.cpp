#include "beside.hpp"

#include <algorithm>

namespace cohere {
namespace {

namespace json = sluice::json;

// The document of a citation that has an address; missing if none has.
json::Value linkedOf(json::Value citation) {
  for (const json::Value source : citation["sources"])
    if (!source["document"]["url"].string().empty()) return source["document"];
  return {};
}

void writeAnnotation(json::Writer& writer, json::Value citation) {
  const json::Value linked = linkedOf(citation);
  writer.beginObject().member("type", linked.exists() ? "url_citation" : "citation");
  if (linked.exists()) {
    writer.key("url_citation").beginObject().member("url", linked["url"]);
    writer.member("title", linked["title"].string()).endObject();
  }
  writer.member("format", "cohere").member("citation", citation).endObject();
}

// Of several tokens with one text: the chance of them all.
void writeToken(json::Writer& writer, json::Value item) {
  const std::string_view text = item["text"].string();
  const json::Value chances = item["logprobs"];
  writer.beginObject().member("token", text);
  if (chances[std::size_t{0}].exists() && !chances[std::size_t{1}].exists()) {
    writer.member("logprob", chances[std::size_t{0}]);
  } else {
    double sum = 0;
    for (const json::Value chance : chances) sum += chance.number();
    writer.member("logprob", sum);
  }
  writer.key("bytes").beginArray();
  for (const char c : text) writer.value(static_cast<unsigned char>(c));
  writer.endArray().key("top_logprobs").beginArray().endArray().endObject();
}

// The elements of an array of objects, or the one object.
template <class Write>
std::string listed(std::string_view name, json::Value values, Write write) {
  std::string out;
  json::Writer writer(out);
  const auto add = [&](json::Value value) {
    if (!value.isObject()) return;
    if (out.empty()) writer.beginObject().key(name).beginArray();
    write(writer, value);
  };
  if (values.isArray())
    for (const json::Value value : values) add(value);
  else add(values);
  if (!out.empty()) writer.endArray().endObject();
  return out;
}

// Counts may be written with a point.
std::uint64_t countOf(json::Value value) {
  if (const auto whole = value.unsignedInteger()) return *whole;
  constexpr double most = 1e15;
  return static_cast<std::uint64_t>(std::clamp(value.number(), 0.0, most));
}

}  // namespace

std::string annotationsOf(json::Value citations) {
  return listed("annotations", citations, writeAnnotation);
}

std::string logprobsOf(json::Value items) { return listed("logprobs", items, writeToken); }

sluice_usage bucketsOf(json::Value usage) {
  const json::Value told = usage["tokens"].isObject() ? usage["tokens"] : usage["billed_units"];
  const std::uint64_t input = countOf(told["input_tokens"]);
  sluice_usage out{};
  out.cache_read = std::min(input, countOf(usage["cached_tokens"]));
  out.input = input - out.cache_read;
  out.output = countOf(told["output_tokens"]);
  return out;
}

}  // namespace cohere
