#include "parts.hpp"

#include <array>
#include <charconv>
#include <optional>

namespace cohere {
namespace {

namespace json = sluice::json;
using json::next;
using sluice::Body;
using sluice::unsupported;

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

bool isText(std::string_view type) {
  constexpr std::array<std::string_view, 4> others = {"", "application/json", "application/xml",
                                                      "application/yaml"};
  for (const std::string_view other : others)
    if (type == other) return true;
  return type.substr(0, 5) == "text/";
}

}  // namespace

void Content::addText(std::string_view text) {
  if (text.empty()) return;
  next(list_).beginObject().member("type", "text").member("text", text).endObject();
}

void Content::add(json::Value content, const std::string& member, Takes takes) {
  addText(content.string());
  if (!content.isArray()) return;
  std::size_t place = 0;
  for (const json::Value part : content)
    addPart(part, member + ".content[" + std::to_string(place++) + "]", takes);
}

void Content::addPart(json::Value part, const std::string& at, Takes takes) {
  const std::string_view type = part["type"].string();
  if (part["cache_control"].isObject()) dropped_.hint("cache_control");
  if (type == "text" || type == "refusal") {
    addText(part[type].string());
  } else if (type != "image_url" && type != "file" && type != "input_audio") {
    Body::refuse(at + ".type", "is none of text, image_url, file, input_audio and refusal");
  } else if (type == "input_audio") {
    unsupported(at + ".input_audio", "is audio, which this upstream does not take");
  } else if (takes == Takes::texts) {
    unsupported(at + "." + std::string(type),
                "is no text; this upstream takes other parts of users alone");
  } else if (type == "image_url") {
    const json::Value image = part["image_url"];
    addImage(image["url"], image["detail"], at + ".image_url.url");
  } else {
    addFile(part["file"], at + ".file");
  }
}

void Content::addImage(json::Value url, json::Value detail, const std::string& member) {
  if (url.string().empty()) Body::refuse(member, "must be a URL");
  json::Writer writer = next(list_);
  writer.beginObject().member("type", "image_url").key("image_url").beginObject();
  writer.member("url", url);
  if (detail.isString()) writer.member("detail", detail);
  writer.endObject().endObject();
}

// The texts of files are what the upstream calls documents, and cites.
void Content::addFile(json::Value file, const std::string& at) {
  const json::Value given = file["file_data"];
  const std::string member = at + ".file_data";
  const auto data = parseDataUrl(given.string());
  if (data && data->type.substr(0, 6) == "image/") return addImage(given, {}, member);
  if (!data && given.isString()) Body::refuse(member, "must be a data URL");
  if (!data || !isText(data->type))
    unsupported(at,
                "is neither text nor an image as a data URL; this upstream takes no other files");
  const auto text = data->base64 ? fromBase64(data->data) : fromPercents(data->data);
  if (!text || !isUtf8(*text)) Body::refuse(member, "must be a data URL of text in UTF-8");
  json::Writer writer = next(documents_);
  writer.beginObject().key("data").beginObject();
  if (!file["filename"].string().empty()) writer.member("title", file["filename"]);
  writer.member("text", *text).endObject().endObject();
}

}  // namespace cohere
