#include "parts.hpp"

#include <array>
#include <optional>

namespace gemini {
namespace {

namespace json = sluice::json;
using json::next;
using sluice::Body;
using sluice::Dropped;
using sluice::unsupported;

constexpr std::string_view kFilesApi = "https://generativelanguage.googleapis.com/";

bool begins(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

// Nothing if that is no data URL. Throws, naming the member, if it is one without base64.
std::optional<sluice::DataUrl> readDataUrl(std::string_view url, const std::string& member) {
  const auto data = sluice::parseDataUrl(url);
  if (data && !data->base64) Body::refuse(member, "must be base64 if it is a data URL");
  return data;
}

// The type that an ending promises; empty if none does.
std::string_view typeByEnding(std::string_view name) {
  struct Ending {
    std::string_view ending, type;
  };
  constexpr std::array<Ending, 31> endings = {{
      {"jpg", "image/jpeg"},   {"jpeg", "image/jpeg"},       {"png", "image/png"},
      {"webp", "image/webp"},  {"gif", "image/gif"},         {"heic", "image/heic"},
      {"heif", "image/heif"},  {"pdf", "application/pdf"},   {"txt", "text/plain"},
      {"md", "text/markdown"}, {"html", "text/html"},        {"htm", "text/html"},
      {"css", "text/css"},     {"csv", "text/csv"},          {"xml", "text/xml"},
      {"rtf", "text/rtf"},     {"json", "application/json"}, {"js", "text/javascript"},
      {"py", "text/x-python"}, {"mp3", "audio/mp3"},         {"wav", "audio/wav"},
      {"aiff", "audio/aiff"},  {"aac", "audio/aac"},         {"ogg", "audio/ogg"},
      {"flac", "audio/flac"},  {"m4a", "audio/m4a"},         {"mp4", "video/mp4"},
      {"mov", "video/mov"},    {"webm", "video/webm"},       {"mpeg", "video/mpeg"},
      {"mpg", "video/mpg"},
  }};
  name = name.substr(0, name.find_first_of("?#"));
  const std::size_t dot = name.find_last_of("./");
  if (dot == std::string_view::npos || name[dot] != '.') return {};
  std::string low(name.substr(dot + 1));
  for (char& c : low)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  for (const Ending& one : endings)
    if (low == one.ending) return one.type;
  return {};
}

void addInline(std::string& list, std::string_view type, std::string_view data) {
  next(list)
      .beginObject()
      .key("inlineData")
      .beginObject()
      .member("mimeType", type)
      .member("data", data)
      .endObject()
      .endObject();
}

bool isVideoPage(std::string_view url) {
  return begins(url, "https://www.youtube.com/") || begins(url, "https://youtu.be/");
}

// `type`: what it is, if that is known; empty: it is left to the address and the upstream.
void addAddress(std::string& list, std::string_view url, std::string_view type,
                const std::string& member, const Addresses& addresses) {
  const bool own = begins(url, kFilesApi) || isVideoPage(url);
  const bool fetched = begins(url, "https://") || begins(url, "http://") || begins(url, "gs://");
  if (!fetched) Body::refuse(member, "must be a URL");
  if (!own && !addresses.any)
    unsupported(member,
                "is an address that this upstream does not fetch; send the content as a data URL");
  json::Writer writer = next(list);
  writer.beginObject().key("fileData").beginObject();
  if (!type.empty()) writer.member("mimeType", type);
  writer.member("fileUri", url).endObject().endObject();
}

void addImage(std::string& list, json::Value image, const std::string& member,
              const Addresses& addresses) {
  const std::string_view url = image["url"].string();
  if (const auto data = readDataUrl(url, member))
    return addInline(list, data->type == "image/jpg" ? "image/jpeg" : data->type, data->data);
  std::string_view type = typeByEnding(url);
  if (type.empty() && isVideoPage(url)) type = "video/mp4";
  // The upstream wants a type and looks at the content anyway.
  if (type.empty() && !begins(url, kFilesApi)) type = "image/jpeg";
  addAddress(list, url, type, member, addresses);
}

void addAudio(std::string& list, json::Value audio, const std::string& at) {
  const std::string_view format = audio["format"].string();
  if (format.empty()) Body::refuse(at + ".format", "must be a string");
  const std::string_view known = typeByEnding("." + std::string(format));
  const std::string type = known.empty() ? "audio/" + std::string(format) : std::string(known);
  addInline(list, type, audio["data"].string());
}

void addFile(std::string& list, json::Value file, const std::string& at,
             const Addresses& addresses) {
  const std::string_view named = typeByEnding(file["filename"].string());
  if (const std::string_view content = file["file_data"].string(); !content.empty()) {
    const std::string member = at + ".file_data";
    const auto data = readDataUrl(content, member);
    if (!data) Body::refuse(member, "must be a data URL");
    const bool vague = data->type.empty() || data->type == "application/octet-stream";
    return addInline(list, vague && !named.empty() ? named : data->type, data->data);
  }
  if (const std::string_view id = file["file_id"].string(); !id.empty()) {
    std::string uri(id);
    if (addresses.files && begins(id, "files/")) uri = std::string(kFilesApi) + "v1beta/" + uri;
    return addAddress(list, uri, named.empty() ? typeByEnding(id) : named, at + ".file_id",
                      addresses);
  }
  const std::string_view url = file["file_url"].string();
  if (url.empty()) Body::refuse(at, "has none of file_data, file_url and file_id");
  std::string_view type = named.empty() ? typeByEnding(url) : named;
  if (type.empty() && isVideoPage(url)) type = "video/mp4";
  if (type.empty() && !begins(url, kFilesApi)) type = "application/pdf";
  addAddress(list, url, type, at + ".file_url", addresses);
}

}  // namespace

std::string Place::text() const {
  return "messages[" + std::to_string(message) + "].content[" + std::to_string(part) + "]";
}

void addText(std::string& list, std::string_view text) {
  if (!text.empty()) next(list).beginObject().member("text", text).endObject();
}

void addPart(std::string& list, json::Value part, const Place& place, const Addresses& addresses,
             Dropped& dropped) {
  if (part["cache_control"].isObject()) dropped.hint("cache_control");
  const std::string_view type = part["type"].string();
  if (type == "text") return addText(list, part["text"].string());
  if (type == "refusal") return addText(list, part["refusal"].string());
  const std::string at = place.text();
  if (type == "image_url") {
    const std::string_view detail = part["image_url"]["detail"].string("auto");
    if (detail != "auto") dropped.hint("image_url.detail");
    return addImage(list, part["image_url"], at + ".image_url.url", addresses);
  }
  if (type == "input_audio") return addAudio(list, part["input_audio"], at + ".input_audio");
  if (type == "file") return addFile(list, part["file"], at + ".file", addresses);
  Body::refuse(at + ".type", "is none of text, image_url, input_audio, file and refusal");
}

}  // namespace gemini
