#include "parts.hpp"

#include <array>
#include <charconv>
#include <optional>

namespace anthropic {
namespace {

namespace json = sluice::json;
using sluice::Body;

json::Writer next(std::string& list) {
  if (!list.empty()) list.push_back(',');
  return json::Writer(list);
}

void endBlock(json::Writer& writer, json::Value cacheControl) {
  if (cacheControl.isObject()) writer.member("cache_control", cacheControl);
  writer.endObject();
}

// data:[type][;attributes][;base64],data
struct DataUrl {
  std::string_view type, data;
  bool base64 = false;
};

std::optional<DataUrl> parseDataUrl(std::string_view url) {
  constexpr std::string_view scheme = "data:", base64 = ";base64";
  const std::size_t comma = url.find(',');
  if (url.substr(0, scheme.size()) != scheme || comma == std::string_view::npos)
    return std::nullopt;
  DataUrl out;
  std::string_view head = url.substr(scheme.size(), comma - scheme.size());
  if (head.size() >= base64.size() && head.substr(head.size() - base64.size()) == base64) {
    out.base64 = true;
    head.remove_suffix(base64.size());
  }
  out.type = head.substr(0, head.find(';'));
  out.data = url.substr(comma + 1);
  return out;
}

std::optional<std::string> fromBase64(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>(bits >> count & 0xFF));
  }
  return out;
}

std::optional<std::string> fromPercents(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    unsigned byte = 0;
    const char* from = text.data() + i + 1;
    if (text.size() - i < 3 || std::from_chars(from, from + 2, byte, 16).ptr != from + 2)
      return std::nullopt;
    out.push_back(static_cast<char>(byte));
    i += 2;
  }
  return out;
}

bool isUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = sluice::detail::utf8Size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

void addSource(json::Writer& writer, std::string_view type, std::string_view data) {
  writer.key("source").beginObject().member("type", "base64");
  writer.member("media_type", type).member("data", data).endObject();
}

void addImage(std::string& list, std::string_view url, json::Value cacheControl,
              const std::string& member) {
  const auto data = parseDataUrl(url);
  if (data && !data->base64) Body::refuse(member, "must be base64 if it is a data URL");
  if (url.empty()) Body::refuse(member, "must be a URL");
  json::Writer writer = next(list);
  writer.beginObject().member("type", "image");
  if (data) addSource(writer, data->type == "image/jpg" ? "image/jpeg" : data->type, data->data);
  else writer.key("source").beginObject().member("type", "url").member("url", url).endObject();
  endBlock(writer, cacheControl);
}

bool isText(std::string_view type) {
  constexpr std::array<std::string_view, 4> others = {"", "application/json", "application/xml",
                                                      "application/yaml"};
  for (const std::string_view other : others)
    if (type == other) return true;
  return type.substr(0, 5) == "text/";
}

void addTextSource(json::Writer& writer, const DataUrl& data, const std::string& member) {
  const auto text = data.base64 ? fromBase64(data.data) : fromPercents(data.data);
  if (!text || !isUtf8(*text)) Body::refuse(member, "must be a data URL of text in UTF-8");
  writer.key("source").beginObject().member("type", "text");
  writer.member("media_type", "text/plain").member("data", *text).endObject();
}

void addDocument(std::string& list, json::Value file, json::Value cacheControl,
                 const std::string& at) {
  const std::string member = at + ".file.file_data";
  const auto data = parseDataUrl(file["file_data"].string());
  if (data && data->type.substr(0, 6) == "image/")
    return addImage(list, file["file_data"].string(), cacheControl, member);
  if (file["file_data"].isString() && !data) Body::refuse(member, "must be a data URL");
  if (data && !isText(data->type) && (data->type != "application/pdf" || !data->base64))
    unsupported(member,
                "is neither a PDF in base64, nor text, nor an image; this upstream takes "
                "no other files");
  json::Writer writer = next(list);
  writer.beginObject().member("type", "document");
  if (data && data->type == "application/pdf") {
    addSource(writer, data->type, data->data);
  } else if (data) {
    addTextSource(writer, *data, member);
  } else {
    const bool known = file["file_id"].isString();
    const json::Value from = known ? file["file_id"] : file["file_url"];
    if (!from.isString()) Body::refuse(at + ".file", "has none of file_data, file_url and file_id");
    writer.key("source").beginObject().member("type", known ? "file" : "url");
    writer.member(known ? "file_id" : "url", from).endObject();
  }
  if (!file["filename"].string().empty()) writer.member("title", file["filename"]);
  endBlock(writer, cacheControl);
}

}  // namespace

std::string Place::text() const {
  return "messages[" + std::to_string(message) + "].content[" + std::to_string(part) + "]";
}

void unsupported(std::string_view member, std::string_view why) {
  sluice::Error error(SLUICE_INVALID_ARGUMENT, std::string(member).append(" ").append(why));
  error.type = "invalid_request_error";
  error.param = member;
  error.retryable = true;
  throw error;
}

bool isBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

void addText(std::string& list, std::string_view text, json::Value cacheControl) {
  if (isBlank(text)) return;
  json::Writer writer = next(list);
  writer.beginObject().member("type", "text").member("text", text);
  endBlock(writer, cacheControl);
}

void addPart(std::string& list, json::Value part, const Place& place, bool cached) {
  const std::string_view type = part["type"].string();
  const json::Value cacheControl = cached ? part["cache_control"] : json::Value();
  if (type == "text") return addText(list, part["text"].string(), cacheControl);
  if (type == "refusal") return addText(list, part["refusal"].string(), cacheControl);
  const std::string at = place.text();
  if (type == "image_url")
    return addImage(list, part["image_url"]["url"].string(), cacheControl, at + ".image_url.url");
  if (type == "file") return addDocument(list, part["file"], cacheControl, at);
  if (type == "input_audio") unsupported(at, "is audio, which this upstream does not take");
  Body::refuse(at + ".type", "is none of text, image_url, file, input_audio and refusal");
}

}  // namespace anthropic
