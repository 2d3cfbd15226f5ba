#include "parts.hpp"

namespace anthropic {
namespace {

namespace json = sluice::json;
using json::next;
using sluice::Body;
using sluice::DataUrl;
using sluice::unsupported;

void endBlock(json::Writer& writer, json::Value cacheControl) {
  if (cacheControl.isObject()) writer.member("cache_control", cacheControl);
  writer.endObject();
}

void addSource(json::Writer& writer, std::string_view type, std::string_view data) {
  writer.key("source").beginObject().member("type", "base64");
  writer.member("media_type", type).member("data", data).endObject();
}

void addImage(std::string& list, std::string_view url, json::Value cacheControl,
              const std::string& member) {
  const auto data = sluice::parseDataUrl(url);
  if (data && !data->base64) Body::refuse(member, "must be base64 if it is a data URL");
  if (url.empty()) Body::refuse(member, "must be a URL");
  json::Writer writer = next(list);
  writer.beginObject().member("type", "image");
  if (data) addSource(writer, data->type == "image/jpg" ? "image/jpeg" : data->type, data->data);
  else writer.key("source").beginObject().member("type", "url").member("url", url).endObject();
  endBlock(writer, cacheControl);
}

void addTextSource(json::Writer& writer, const DataUrl& data, const std::string& member) {
  const auto text = textOf(data);
  if (!text) Body::refuse(member, "must be a data URL of text in UTF-8");
  writer.key("source").beginObject().member("type", "text");
  writer.member("media_type", "text/plain").member("data", *text).endObject();
}

void addDocument(std::string& list, json::Value file, json::Value cacheControl,
                 const std::string& at) {
  const std::string member = at + ".file.file_data";
  const auto data = sluice::parseDataUrl(file["file_data"].string());
  if (data && data->type.substr(0, 6) == "image/")
    return addImage(list, file["file_data"].string(), cacheControl, member);
  if (file["file_data"].isString() && !data) Body::refuse(member, "must be a data URL");
  if (data && !sluice::isTextType(data->type) && (data->type != "application/pdf" || !data->base64))
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
