#include "turns.hpp"

namespace ollama {
namespace {

namespace json = sluice::json;
using sluice::Body;
using sluice::Dropped;
using sluice::Speaker;
using sluice::unsupported;

void writeImages(json::Writer& writer, const std::vector<std::string_view>& images) {
  if (images.empty()) return;
  writer.key("images").beginArray();
  for (const std::string_view image : images) writer.string(image);
  writer.endArray();
}

}  // namespace

Turns::Turns(json::Value messages, Dropped& dropped) : dropped_(dropped) {
  for (const json::Value message : messages) {
    add(message);
    ++place_;
  }
  // The upstream would load the model, and say nothing.
  if (messages_.empty()) Body::refuse("messages", "must not be empty");
}

std::string Turns::member(std::string_view name) const {
  return "messages[" + std::to_string(place_) + "]." + std::string(name);
}

void Turns::add(json::Value message) {
  const Speaker speaker = sluice::speakerOf(message, place_);
  if (!message["name"].string().empty() && speaker != Speaker::tool) dropped_.hint("messages.name");
  text_.clear();
  images_.clear();
  if (!messages_.empty()) messages_.push_back(',');
  if (speaker == Speaker::assistant) return addAssistant(message);
  if (speaker == Speaker::tool) return addResult(message);
  readContent(message["content"], true);
  json::Writer writer(messages_);
  writer.beginObject()
      .member("role", speaker == Speaker::user ? "user" : "system")
      .member("content", text_);
  writeImages(writer, images_);
  writer.endObject();
}

// `apart`: parts are paragraphs of their own, not pieces of one text.
void Turns::readContent(json::Value content, bool apart) {
  text_ += content.string();
  if (!content.isArray()) return;
  std::size_t place = 0;
  for (const json::Value part : content) readPart(part, place++, apart);
}

void Turns::readPart(json::Value part, std::size_t place, bool apart) {
  const std::string at = member("content[") + std::to_string(place) + "]";
  const std::string_view type = part["type"].string();
  if (part["cache_control"].isObject()) dropped_.hint("cache_control");
  if (type == "text" || type == "refusal") {
    const std::string_view text = part[type].string();
    if (apart && !text_.empty() && !text.empty()) text_ += '\n';
    text_ += text;
  } else if (type == "image_url") {
    if (part["image_url"]["detail"].string("auto") != "auto") dropped_.hint("image_url.detail");
    addImage(part["image_url"]["url"], at + ".image_url.url");
  } else if (type == "file" && part["file"]["file_data"].string().substr(0, 11) == "data:image/") {
    addImage(part["file"]["file_data"], at + ".file.file_data");
  } else if (type == "file") {
    addFile(part["file"], at + ".file");
  } else if (type == "input_audio") {
    unsupported(at + ".input_audio", "is audio, which this upstream does not take");
  } else {
    Body::refuse(at + ".type", "is none of text, image_url, file, input_audio and refusal");
  }
}

// A text is said, below its name.
void Turns::addFile(json::Value file, const std::string& member) {
  const auto data = sluice::parseDataUrl(file["file_data"].string());
  if (!data || !sluice::isTextType(data->type))
    unsupported(member,
                "is neither text nor an image as a data URL; this upstream takes no other files");
  const auto text = sluice::textOf(*data);
  if (!text) Body::refuse(member + ".file_data", "must be a data URL of text in UTF-8");
  if (!text_.empty()) text_ += '\n';
  const std::string_view name = file["filename"].string();
  if (!name.empty()) text_.append(name).append(":\n");
  text_ += *text;
}

void Turns::addImage(json::Value url, const std::string& member) {
  const std::string_view text = url.string();
  if (text.empty()) Body::refuse(member, "must be a URL");
  if (text.substr(0, 5) != "data:")
    unsupported(member, "is no data URL; this upstream fetches no images");
  const auto data = sluice::parseDataUrl(text);
  if (!data || !data->base64) Body::refuse(member, "must be base64 if it is a data URL");
  images_.push_back(data->data);
}

void Turns::addAssistant(json::Value message) {
  readContent(message["content"], false);
  text_ += message["refusal"].string();
  json::Writer writer(messages_);
  writer.beginObject().member("role", "assistant").member("content", text_);
  const json::Value thinking = message["reasoning_content"], calls = message["tool_calls"];
  if (!thinking.string().empty()) writer.member("thinking", thinking);
  writeImages(writer, images_);
  if (calls[std::size_t{0}].exists()) {
    writer.key("tool_calls").beginArray();
    std::size_t place = 0;
    for (const json::Value call : calls) addCall(writer, call, place++);
    writer.endArray();
  }
  writer.endObject();
}

void Turns::addCall(json::Writer& writer, json::Value call, std::size_t place) {
  const std::string at = member("tool_calls[") + std::to_string(place) + "]";
  const sluice::ToolCall made = sluice::toolCallOf(call, at, arguments_);
  writer.beginObject().member("id", made.id);
  writer.key("function").beginObject().member("name", made.name);
  writer.key("arguments").raw(made.arguments);
  writer.endObject().endObject();
  calls_.insert_or_assign(made.id, made.name);
}

// The name of the tool whose result it is: ids alone tell older upstreams nothing.
std::string_view Turns::nameOf(json::Value result) const {
  const std::string_view id = result["tool_call_id"].string();
  const auto call = calls_.find(id);
  if (call != calls_.end()) return call->second;
  const std::string_view name = result["name"].string();
  if (name.empty()) Body::refuse(member("tool_call_id"), "is the id of no call before it");
  return name;
}

void Turns::addResult(json::Value message) {
  const std::string_view name = nameOf(message);
  if (message["is_error"].boolean()) dropped_.hint("messages.is_error");
  readContent(message["content"], true);
  json::Writer writer(messages_);
  writer.beginObject().member("role", "tool").member("content", text_);
  writeImages(writer, images_);
  writer.member("tool_name", name);
  writer.member("tool_call_id", message["tool_call_id"].string()).endObject();
}

}  // namespace ollama
