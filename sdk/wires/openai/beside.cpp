#include "beside.hpp"

namespace openai {
namespace {

namespace json = sluice::json;
using sluice::Sink;

constexpr std::string_view kAnthropic = "anthropic", kAnthropicThere = "anthropic-claude-v1";

void writeLink(json::Writer& writer, std::string_view url, std::string_view title) {
  writer.beginObject().member("type", "url_citation").key("url_citation").beginObject();
  writer.member("url", url).member("title", title.empty() ? url : title).endObject();
}

// {"annotations": [...]} with what `write` makes of each; empty if that is nothing.
template <class Write>
std::string listed(json::Value items, Write write) {
  std::string out;
  json::Writer writer(out);
  bool any = false;
  writer.beginObject().key("annotations").beginArray();
  for (const json::Value item : items) any = write(writer, item) || any;
  writer.endArray().endObject();
  return any ? out : std::string();
}

bool writeAnnotation(json::Writer& writer, json::Value item) {
  const json::Value cited = item["url_citation"];
  if (cited["url"].string().empty()) return false;
  writeLink(writer, cited["url"].string(), cited["title"].string());
  writer.member("format", "openai").member("citation", item).endObject();
  return true;
}

bool writeSource(json::Writer& writer, json::Value item) {
  const std::string_view url = item.isString() ? item.string() : item["url"].string();
  if (url.empty()) return false;
  writeLink(writer, url, item["title"].string());
  writer.endObject();
  return true;
}

// Proofs are the only members that a block cannot do without.
std::string proofOf(json::Value detail) {
  std::string out;
  if (detail["format"].string() != kAnthropicThere) return out;
  const json::Value signature = detail["signature"], data = detail["data"];
  if (signature.string().empty() && data.string().empty()) return out;
  json::Writer writer(out);
  writer.beginObject();
  if (!signature.string().empty()) writer.member("signature", signature);
  else writer.member("encrypted", data);
  writer.member("format", kAnthropic).endObject();
  return out;
}

}  // namespace

std::string annotationsOf(json::Value annotations) { return listed(annotations, writeAnnotation); }

std::string sourcesOf(json::Value answer) {
  const std::string found = listed(answer["search_results"], writeSource);
  return found.empty() ? listed(answer["citations"], writeSource) : found;
}

bool readReasoningDetails(json::Value details, std::uint32_t choice, Sink sink) {
  bool told = false;
  for (const json::Value detail : details) {
    std::string_view text = detail["text"].string();
    if (text.empty()) text = detail["summary"].string();
    const std::string proof = proofOf(detail);
    if (text.empty() && proof.empty()) continue;
    told = told || !text.empty();
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_REASONING);
    chunk.choice = choice;
    chunk.index = static_cast<std::uint32_t>(detail["index"].unsignedInteger().value_or(0));
    chunk.text = sluice::str(text);
    chunk.extra = sluice::str(proof);
    sink.push(chunk);
  }
  return told;
}

std::string reasoningDetailsOf(json::Value details) {
  std::string out;
  json::Writer writer(out);
  std::uint64_t place = 0;
  writer.beginArray();
  for (const json::Value detail : details) {
    if (detail["format"].string() != kAnthropic) continue;
    writer.beginObject();
    for (auto at = detail.begin(); at != detail.end(); ++at)
      if (at.key() != "format") writer.member(at.key(), *at);
    writer.member("format", kAnthropicThere).key("index").number(place++).endObject();
  }
  writer.endArray();
  return out;
}

}  // namespace openai
