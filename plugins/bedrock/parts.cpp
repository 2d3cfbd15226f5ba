#include "parts.hpp"

#include <algorithm>
#include <array>

namespace bedrock {
namespace {

namespace json = sluice::json;
using json::next;
using sluice::Body;
using sluice::unsupported;

struct Format {
  std::string_view type, name;
};
constexpr std::array<Format, 5> kImages = {{{"image/png", "png"},
                                            {"image/jpeg", "jpeg"},
                                            {"image/jpg", "jpeg"},
                                            {"image/gif", "gif"},
                                            {"image/webp", "webp"}}};
constexpr std::array<Format, 8> kDocuments = {
    {{"application/pdf", "pdf"},
     {"application/msword", "doc"},
     {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
     {"application/vnd.ms-excel", "xls"},
     {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
     {"text/csv", "csv"},
     {"text/html", "html"},
     {"text/markdown", "md"}}};

template <std::size_t N>
std::string_view formatOf(std::string_view type, const std::array<Format, N>& formats) {
  for (const Format& format : formats)
    if (format.type == type) return format.name;
  return {};
}

bool isStored(std::string_view url) { return url.substr(0, 5) == "s3://"; }

// By how an address ends.
template <std::size_t N>
std::string_view formatOfName(std::string_view url, const std::array<Format, N>& formats) {
  const std::string_view end = url.substr(std::min(url.rfind('.'), url.size() - 1) + 1);
  for (const Format& format : formats)
    if (format.name == end) return end;
  return end == "jpg" ? std::string_view("jpeg") : std::string_view();
}

std::string toBase64(std::string_view bytes) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view three = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < three.size() ? static_cast<unsigned char>(three[i]) : 0u);
    for (std::size_t i = 0; i < 4; ++i)
      out.push_back(i <= three.size() ? alphabet[bits >> (18 - 6 * i) & 63] : '=');
  }
  return out;
}

// A whole source: {"bytes": ...}, or where the upstream itself finds it.
void addBytes(json::Writer& writer, std::string_view base64) {
  writer.key("source").beginObject().member("bytes", base64).endObject();
}
void addLocation(json::Writer& writer, std::string_view uri) {
  writer.key("source").beginObject().key("s3Location").beginObject();
  writer.member("uri", uri).endObject().endObject();
}

}  // namespace

void Parts::addCachePoint(std::string& list, json::Value cacheControl) {
  if (!cacheControl.isObject()) return;
  if (!family_.caches) unkept_ = true;
  if (!family_.caches || list.empty()) return;
  json::Writer writer = next(list);
  writer.beginObject().key("cachePoint").beginObject().member("type", "default");
  if (family_.cachesLong) writer.member("ttl", cacheControl["ttl"]);
  writer.endObject().endObject();
}

void Parts::addText(std::string& list, std::string_view text, json::Value cacheControl) {
  if (!anthropic::isBlank(text)) next(list).beginObject().member("text", text).endObject();
  addCachePoint(list, cacheControl);
}

void Parts::add(std::string& list, json::Value part, const anthropic::Place& place, bool cached) {
  const std::string_view type = part["type"].string();
  const json::Value cacheControl = cached ? part["cache_control"] : json::Value();
  if (type == "text") return addText(list, part["text"].string(), cacheControl);
  if (type == "refusal") return addText(list, part["refusal"].string(), cacheControl);
  const std::string at = place.text();
  if (type == "image_url") addImage(list, part["image_url"]["url"].string(), at + ".image_url.url");
  else if (type == "file") addFile(list, part["file"], at);
  else if (type == "input_audio") unsupported(at, "is audio, which this upstream does not take");
  else Body::refuse(at + ".type", "is none of text, image_url, file, input_audio and refusal");
  addCachePoint(list, cacheControl);
}

void Parts::addImage(std::string& list, std::string_view url, const std::string& member) {
  if (url.empty()) Body::refuse(member, "must be a URL");
  const auto data = sluice::parseDataUrl(url);
  if (data && !data->base64) Body::refuse(member, "must be base64 if it is a data URL");
  if (!data && !isStored(url))
    unsupported(member, "is an address, which this upstream does not fetch; send the image itself");
  const std::string_view format = data ? formatOf(data->type, kImages) : formatOfName(url, kImages);
  if (format.empty()) unsupported(member, "is none of PNG, JPEG, GIF and WebP");
  json::Writer writer = next(list);
  writer.beginObject().key("image").beginObject().member("format", format);
  if (data) addBytes(writer, data->data);
  else addLocation(writer, url);
  writer.endObject().endObject();
}

void Parts::addFile(std::string& list, json::Value file, const std::string& at) {
  const std::string_view url = file["file_data"].string(), address = file["file_url"].string();
  const std::string member = at + ".file.file_data";
  const auto data = sluice::parseDataUrl(url);
  if (data && data->type.substr(0, 6) == "image/") return addImage(list, url, member);
  if (file["file_data"].isString() && !data) Body::refuse(member, "must be a data URL");
  if (!data && file["file_id"].isString())
    unsupported(at + ".file.file_id", "names a file, and this upstream keeps none");
  if (!data && address.empty()) Body::refuse(at + ".file", "has neither file_data nor file_url");
  if (!data && !isStored(address))
    unsupported(at + ".file.file_url",
                "is an address, which this upstream does not fetch; send the file itself");

  std::string_view format =
      data ? formatOf(data->type, kDocuments) : formatOfName(address, kDocuments);
  if (format.empty() && (!data || sluice::isTextType(data->type))) format = "txt";
  if (format.empty())
    unsupported(member,
                "is neither a PDF, nor text, nor a document of an office, nor an image; "
                "this upstream takes no other files");
  std::string encoded;
  if (data && !data->base64) {
    const auto text = sluice::textOf(*data);
    if (!text) Body::refuse(member, "must be a data URL of text in UTF-8");
    encoded = toBase64(*text);
  }
  json::Writer writer = next(list);
  writer.beginObject().key("document").beginObject().member("format", format);
  writer.member("name", nameOf(file));
  if (!data) addLocation(writer, address);
  else addBytes(writer, data->base64 ? data->data : std::string_view(encoded));
  writer.endObject().endObject();
}

// Letters, digits, single spaces, hyphens, parentheses and brackets; another than any before.
std::string Parts::nameOf(json::Value file) {
  constexpr std::size_t longest = 180;
  std::string name;
  std::string_view told = file["filename"].string();
  told = told.substr(0, told.rfind('.'));
  for (const char c : told.substr(0, longest)) {
    const bool known = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("-()[]").find(c) != std::string_view::npos;
    if (known) name.push_back(c);
    else if (!name.empty() && name.back() != ' ') name.push_back(' ');
  }
  name = anthropic::withoutSpaceAtEnd(name);
  if (name.empty()) name = "document";
  auto [named, added] = names_.try_emplace(name, 1);
  std::string unique = name;
  while (!added) {
    unique = name + " (" + std::to_string(++named->second) + ")";
    added = names_.try_emplace(unique, 1).second;
  }
  return unique;
}

}  // namespace bedrock
