#include "dialects/anthropic_parts.hpp"

#include "base/json.hpp"
#include "dialects/json_document.hpp"
#include "plugins/signing_key.hpp"

namespace sluice::dialects {

namespace {

json::Writer next(std::string& list) {
  if (!list.empty()) list += ',';
  return json::Writer(list);
}

void endPart(json::Writer& w, Raw cacheControl) {
  if (!cacheControl.empty()) w.key("cache_control").raw(cacheControl);
  w.endObject();
}

void appendText(std::string& parts, Raw text, Raw cacheControl) {
  json::Writer w = next(parts);
  w.beginObject().key("type").string("text").key("text").raw(text);
  endPart(w, cacheControl);
}

// data:TYPE;base64,DATA as a JSON string; both are JSON strings already.
std::string dataUrl(Raw type, Raw data) {
  std::string made("\"data:");
  made.reserve(type.size() + data.size() + 32);
  made.append(insideOf(type)).append(";base64,").append(insideOf(data)).append("\"");
  return made;
}

// A text as a data URL, as a JSON string.
std::string textUrl(Raw text) {
  simdjson::dom::element root;
  std::string_view plain;
  if (parseJson(text, root) == simdjson::SUCCESS) static_cast<void>(root.get(plain));
  return "\"data:text/plain;base64," + plugins::toBase64(plain) + "\"";
}

bool needs(Raw value, const AnthropicPart& block, const char* name, Refusal& refusal) {
  return !value.empty() || refusal.refuse(block.at + "." + name, "must be a string");
}

bool appendImage(std::string& parts, const AnthropicPart& block, Refusal& refusal) {
  const AnthropicSource& source = block.source;
  std::string url;
  if (source.type == "base64") {
    if (!needs(source.mediaType, block, "source.media_type", refusal)) return false;
    if (!needs(source.data, block, "source.data", refusal)) return false;
    url = dataUrl(source.mediaType, source.data);
  } else if (source.type == "url") {
    if (!needs(source.url, block, "source.url", refusal)) return false;
    url = source.url;
  } else {
    return refusal.refuse(block.at + ".source.type",
                          "is neither base64 nor url, the only ones that this target takes");
  }
  json::Writer w = next(parts);
  w.beginObject().key("type").string("image_url");
  w.key("image_url").beginObject().key("url").raw(url).endObject();
  endPart(w, block.cacheControl);
  return true;
}

// A document that is made of blocks is said as these.
bool appendInline(std::string& parts, const AnthropicPart& block, Refusal& refusal) {
  if (!block.title.empty()) appendText(parts, block.title, {});
  if (!block.address.empty()) appendText(parts, block.address, {});
  if (!block.said.empty()) appendText(parts, block.said, block.cacheControl);
  for (const AnthropicPart& inner : block.content) {
    if (!appendPart(parts, inner, refusal)) return false;
  }
  return true;
}

bool appendDocument(std::string& parts, const AnthropicPart& block, Refusal& refusal) {
  const AnthropicSource& source = block.source;
  if (!block.context.empty()) appendText(parts, block.context, {});
  if (source.type == "content") return appendInline(parts, block, refusal);
  std::string value;
  const char* name = "file_data";
  if (source.type == "base64") {
    if (!needs(source.mediaType, block, "source.media_type", refusal)) return false;
    if (!needs(source.data, block, "source.data", refusal)) return false;
    value = dataUrl(source.mediaType, source.data);
  } else if (source.type == "text") {
    if (!needs(source.data, block, "source.data", refusal)) return false;
    value = textUrl(source.data);
  } else if (source.type == "url") {
    if (!needs(source.url, block, "source.url", refusal)) return false;
    name = "file_url";
    value = source.url;
  } else if (source.type == "file") {
    if (!needs(source.fileId, block, "source.file_id", refusal)) return false;
    name = "file_id";
    value = source.fileId;
  } else {
    return refusal.refuse(block.at + ".source.type",
                          "is none of base64, text, content, url and file");
  }
  json::Writer w = next(parts);
  w.beginObject().key("type").string("file").key("file").beginObject().key(name).raw(value);
  if (!block.title.empty()) w.key("filename").raw(block.title);
  w.endObject();
  endPart(w, block.cacheControl);
  return true;
}

// What a search of tools found. They are all offered, those that the client holds back as well.
bool appendFound(std::string& parts, const AnthropicPart& block, Refusal& refusal) {
  if (!needs(block.toolName, block, "tool_name", refusal)) return false;
  const std::string text =
      "\"The tool " + std::string(insideOf(block.toolName)) + " is there to be called.\"";
  appendText(parts, text, block.cacheControl);
  return true;
}

bool isPlainText(const AnthropicPart& block) {
  return block.type == "text" && block.cacheControl.empty();
}

}  // namespace

bool appendPart(std::string& parts, const AnthropicPart& block, Refusal& refusal) {
  if (block.type == "text") {
    if (!needs(block.text, block, "text", refusal)) return false;
    appendText(parts, block.text, block.cacheControl);
    return true;
  }
  if (block.type == "image") return appendImage(parts, block, refusal);
  if (block.type == "document") return appendDocument(parts, block, refusal);
  if (block.type == "tool_reference") return appendFound(parts, block, refusal);
  if (block.type == "search_result") return appendInline(parts, block, refusal);
  return refusal.refuse(
      block.at + ".type",
      "is `" + std::string(block.type) + "`, which only a provider of this dialect understands");
}

bool appendContent(std::string& out, Raw said, const std::vector<AnthropicPart>& blocks,
                   bool (*skip)(const AnthropicPart&), Refusal& refusal) {
  if (!said.empty()) {
    out += said;
    return true;
  }
  const AnthropicPart* only = nullptr;
  std::size_t count = 0;
  std::string parts;
  for (const AnthropicPart& block : blocks) {
    if (skip(block)) continue;
    ++count;
    only = &block;
    if (!appendPart(parts, block, refusal)) return false;
  }
  if (count == 0) out += "\"\"";
  else if (count == 1 && isPlainText(*only)) out += only->text;
  else out.append("[").append(parts).append("]");
  return true;
}

}  // namespace sluice::dialects
