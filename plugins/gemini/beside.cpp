#include "beside.hpp"

#include <algorithm>

namespace gemini {
namespace {

namespace json = sluice::json;

constexpr std::size_t kMostSources = 1000;  // of one choice; more are not told

void writeToken(json::Writer& writer, json::Value token) {
  writer.beginObject().member("token", token["token"].string());
  const json::Value chance = token["logProbability"];
  if (chance.isNumber()) writer.member("logprob", chance);
  else writer.member("logprob", 0);
  writer.key("bytes").beginArray();
  for (const char c : token["token"].string()) writer.value(static_cast<unsigned char>(c));
  writer.endArray();
}

void writeAnnotation(json::Writer& writer, std::string_view url, std::string_view title,
                     json::Value source) {
  writer.beginObject().member("type", url.empty() ? "citation" : "url_citation");
  if (!url.empty()) {
    writer.key("url_citation").beginObject().member("url", url).member("title", title);
    writer.endObject();
  }
  writer.member("format", "google").key("citation").raw(compact(source.raw())).endObject();
}

}  // namespace

std::string compact(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\') out.push_back(json[i++]);
    else if (!quoted && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) continue;
    out.push_back(json[i]);
  }
  return out;
}

std::string logprobsOf(json::Value result) {
  const json::Value chosen = result["chosenCandidates"], top = result["topCandidates"];
  if (!chosen[std::size_t{0}].exists()) return {};
  std::string out;
  json::Writer writer(out);
  writer.beginObject().key("logprobs").beginArray();
  auto others = top.begin();
  for (const json::Value token : chosen) {
    writeToken(writer, token);
    writer.key("top_logprobs").beginArray();
    if (others != top.end()) {
      for (const json::Value other : (*others)["candidates"]) {
        writeToken(writer, other);
        writer.endObject();
      }
      ++others;
    }
    writer.endArray().endObject();
  }
  writer.endArray().endObject();
  return out;
}

bool Sources::isNew(std::string_view source) {
  if (told_.size() == kMostSources || std::find(told_.begin(), told_.end(), source) != told_.end())
    return false;
  told_.emplace_back(source);
  return true;
}

std::string Sources::fresh(json::Value candidate) {
  std::string out;
  json::Writer writer(out);
  const auto add = [&](json::Value source, json::Value at) {
    if (!source.isObject() || !isNew(source.raw())) return;
    if (out.empty()) writer.beginObject().key("annotations").beginArray();
    writeAnnotation(writer, at["uri"].string(), at["title"].string(), source);
  };
  const json::Value cited = candidate["citationMetadata"];
  // AI Studio's name and Vertex's.
  for (const json::Value source : cited["citationSources"]) add(source, source);
  for (const json::Value source : cited["citations"]) add(source, source);
  for (const json::Value chunk : candidate["groundingMetadata"]["groundingChunks"])
    add(chunk, chunk["web"].isObject() ? chunk["web"] : chunk["retrievedContext"]);
  if (!out.empty()) writer.endArray().endObject();
  return out;
}

}  // namespace gemini
