#include "parts.hpp"

namespace cohere {
namespace {

namespace json = sluice::json;
using json::next;
using sluice::Body;
using sluice::unsupported;

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
  const auto data = sluice::parseDataUrl(given.string());
  if (data && data->type.substr(0, 6) == "image/") return addImage(given, {}, member);
  if (!data && given.isString()) Body::refuse(member, "must be a data URL");
  if (!data || !sluice::isTextType(data->type))
    unsupported(at,
                "is neither text nor an image as a data URL; this upstream takes no other files");
  const auto text = textOf(*data);
  if (!text) Body::refuse(member, "must be a data URL of text in UTF-8");
  json::Writer writer = next(documents_);
  writer.beginObject().key("data").beginObject();
  if (!file["filename"].string().empty()) writer.member("title", file["filename"]);
  writer.member("text", *text).endObject().endObject();
}

}  // namespace cohere
