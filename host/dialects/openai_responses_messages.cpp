#include "dialects/openai_responses_messages.hpp"

#include "base/json.hpp"
#include "dialects/json_document.hpp"
#include "dialects/openai_responses_tools.hpp"
#include "dialects/request_text.hpp"

namespace sluice::dialects {

namespace {

std::string indexed(const std::string& where, std::size_t index) {
  return where + '[' + std::to_string(index) + ']';
}

// The texts of summary or content parts, put together.
std::string textsOf(JsonView parts, std::string_view between) {
  std::string all;
  JsonElements elements(parts);
  while (elements.next()) {
    if (!all.empty()) all += between;
    all += elements.value()["text"].text();
  }
  return all;
}

bool isText(JsonView part) {
  const JsonView type = part["type"];
  return type.says("input_text") || type.says("output_text") || type.says("text");
}

}  // namespace

bool ResponsesMessages::refuse(const std::string& where, const std::string& why) {
  problem_ = invalidRequest("'" + where + "' " + why, where);
  return false;
}

void ResponsesMessages::instructions(JsonView text) {
  if (!text.isString()) return;
  origins_.push_back({"instructions", ""});
  json::Writer w(out_);
  w.beginObject().key("role").string("system").key("content").raw(text.raw()).endObject();
  out_ += ',';
}

bool ResponsesMessages::add(JsonView item, const std::string& where) {
  if (!item.isObject()) return refuse(where, "must be an object");
  const JsonView type = item["type"];
  if (type.says("message") || (!type.given() && item["role"].exists())) return message(item, where);
  if (type.says("function_call") || type.says("custom_tool_call")) return toolCall(item, where);
  if (type.says("function_call_output") || type.says("custom_tool_call_output"))
    return toolOutput(item, where);
  if (type.says("reasoning")) return reasoning(item, where);
  if (!type.isString()) return refuse(where, "has no type");
  if (dropForeign_) {
    dropped_.push_back({where, false});
    return true;
  }
  return refuse(where, "is of the type '" + type.text() +
                           "', which only providers of the Responses API understand");
}

bool ResponsesMessages::message(JsonView item, const std::string& where) {
  const std::string role = item["role"].text();
  const JsonView content = item["content"];
  if (role == "assistant") return assistant(content, where);
  if (role != "user" && role != "system" && role != "developer") {
    return refuse(where + ".role", "must be user, system, developer or assistant");
  }
  flush();
  std::string text;
  if (!this->content(content, where + ".content", text)) return false;
  json::Writer w(out_);
  w.beginObject().key("role").string(role == "user" ? "user" : "system");
  w.key("content").raw(text).endObject();
  out_ += ',';
  origins_.push_back({where, "content"});
  return true;
}

bool ResponsesMessages::assistant(JsonView content, const std::string& item) {
  // Text after text is another message, unless tool calls tie the two together.
  if (!said_.texts.empty() && said_.calls.empty()) flush();
  begin(item);
  const std::string where = item + ".content";
  if (content.isString()) {
    said_.texts.emplace_back(content.raw());
    return true;
  }
  if (!content.isArray()) return refuse(where, "must be text or an array of parts");
  JsonElements parts(content);
  for (std::size_t i = 0; parts.next(); ++i) {
    const JsonView part = parts.value();
    if (isText(part) && part["text"].isString()) {
      said_.texts.emplace_back(part["text"].raw());
    } else if (part["type"].says("refusal") && part["refusal"].isString()) {
      said_.refusal += part["refusal"].text();
    } else {
      return refuse(indexed(where, i), "must be output_text or a refusal, with its text");
    }
  }
  return true;
}

bool ResponsesMessages::toolCall(JsonView item, const std::string& where) {
  const JsonView arguments = item["arguments"];
  ToolCall call{item["call_id"].text(), item["name"].text(), arguments.text()};
  if (!call.name.empty()) call.name = functionNameOf(item["namespace"].text(), call.name);
  if (item["type"].says("custom_tool_call")) {
    if (!item["input"].isString()) return refuse(where + ".input", "must be text");
    call.arguments = freeformArguments(item["input"].text());
  }
  if (call.id.empty()) return refuse(where + ".call_id", "is missing");
  if (call.name.empty()) return refuse(where + ".name", "is missing");
  if (arguments.given() && !arguments.isString()) {
    return refuse(where + ".arguments", "must be text that holds a JSON object");
  }
  if (call.arguments.empty()) call.arguments = "{}";
  begin(where);
  said_.calls.push_back(std::move(call));
  return true;
}

bool ResponsesMessages::toolOutput(JsonView item, const std::string& where) {
  flush();
  const JsonView id = item["call_id"];
  if (!id.isString()) return refuse(where + ".call_id", "is missing");
  std::string output;
  if (!content(item["output"], where + ".output", output)) return false;
  json::Writer w(out_);
  w.beginObject().key("role").string("tool").key("tool_call_id").raw(id.raw());
  w.key("content").raw(output).endObject();
  out_ += ',';
  origins_.push_back({where, "output"});
  return true;
}

bool ResponsesMessages::reasoning(JsonView item, const std::string& where) {
  if (item["summary"].given() && !item["summary"].isArray()) {
    return refuse(where + ".summary", "must be an array");
  }
  begin(where);
  std::string text = textsOf(item["content"], "");
  if (text.empty()) text = textsOf(item["summary"], "\n\n");
  if (!said_.reasoning.empty() && !text.empty()) said_.reasoning += "\n\n";
  said_.reasoning += text;
  const std::string proof = item["encrypted_content"].text();
  if (!proof.empty()) keepProof(proof);
  return true;
}

// What the maker of the reasoning wants back with it. It comes from a client: what is not in order
// is left out.
void ResponsesMessages::keepProof(std::string_view proof) {
  std::string detail;
  if (!proof.starts_with(kReasoningMark)) {
    json::Writer w(detail);
    w.beginObject().key("type").string("reasoning.encrypted").key("format").string("openai");
    w.key("data").string(proof).endObject();
  } else {
    proof.remove_prefix(kReasoningMark.size());
    simdjson::dom::element root;
    if (parseJson(proof, root) != simdjson::SUCCESS) return;
    const JsonView kept{proof};
    if (kept["type"].says("tool_call") && kept["extra_content"].isObject()) {
      said_.extras.insert_or_assign(kept["call_id"].text(), kept["extra_content"].raw());
    } else if (kept["type"].isString() && kept["format"].isString()) {
      detail = kept.raw();
    }
  }
  if (!said_.details.empty() && !detail.empty()) said_.details += ',';
  said_.details += detail;
}

// Text, or parts; one part of text is written as plain text, which every upstream takes.
bool ResponsesMessages::content(JsonView content, const std::string& where, std::string& out) {
  if (content.isString()) {
    out = content.raw();
    return true;
  }
  if (!content.isArray()) return refuse(where, "must be text or an array of parts");
  std::string parts;
  std::size_t count = 0;
  JsonView last;
  JsonElements elements(content);
  while (elements.next()) {
    last = elements.value();
    if (count > 0) parts += ',';
    if (!part(last, indexed(where, count++), parts)) return false;
  }
  if (count == 0) out = "\"\"";
  else if (count == 1 && isText(last)) out = last["text"].raw();
  else out = "[" + parts + "]";
  return true;
}

bool ResponsesMessages::part(JsonView part, const std::string& where, std::string& out) {
  if (isText(part)) {
    const JsonView text = part["text"];
    if (!text.isString()) return refuse(where + ".text", "must be text");
    json::Writer w(out);
    w.beginObject().key("type").string("text").key("text").raw(text.raw()).endObject();
    return true;
  }
  const JsonView type = part["type"];
  if (type.says("input_image")) return image(part, where, out);
  if (type.says("input_file")) return file(part, where, out);
  if (type.says("input_audio")) return audio(part, where, out);
  if (!type.isString()) return refuse(where, "must be a part with a type");
  return refuse(where, "is of the type '" + type.text() +
                           "', which only providers of the Responses API understand");
}

bool ResponsesMessages::image(JsonView part, const std::string& where, std::string& out) {
  const JsonView url = part["image_url"];
  if (part["file_id"].given()) {
    return refuse(where + ".file_id",
                  "names a file that only the upstream which keeps it can read; send image_url");
  }
  if (!url.isString()) return refuse(where + ".image_url", "must be a URL");
  json::Writer w(out);
  w.beginObject().key("type").string("image_url").key("image_url").beginObject();
  w.key("url").raw(url.raw());
  if (const JsonView detail = part["detail"]; detail.isString()) w.key("detail").raw(detail.raw());
  w.endObject().endObject();
  return true;
}

bool ResponsesMessages::file(JsonView part, const std::string& where, std::string& out) {
  bool any = false;
  json::Writer w(out);
  w.beginObject().key("type").string("file").key("file").beginObject();
  for (const char* const name : {"file_data", "file_url", "file_id", "filename"}) {
    const JsonView value = part[name];
    if (!value.given()) continue;
    if (!value.isString()) return refuse(where + '.' + name, "must be text");
    any = any || std::string_view(name) != "filename";
    w.key(name).raw(value.raw());
  }
  w.endObject().endObject();
  return any || refuse(where, "must have file_data, file_url or file_id");
}

bool ResponsesMessages::audio(JsonView part, const std::string& where, std::string& out) {
  const JsonView given = part["input_audio"];
  if (!given["data"].isString() || !given["format"].isString()) {
    return refuse(where + ".input_audio", "must have data and format");
  }
  json::Writer w(out);
  w.beginObject().key("type").string("input_audio").key("input_audio").raw(given.raw()).endObject();
  return true;
}

void ResponsesMessages::appendCalls(std::string& out) {
  json::Writer w(out);
  w.beginArray();
  for (const ToolCall& call : said_.calls) {
    w.beginObject().key("id").string(call.id).key("type").string("function");
    w.key("function").beginObject().key("name").string(call.name);
    w.key("arguments").string(call.arguments).endObject();
    // Once: of several calls of one id the first has it.
    if (const auto extra = said_.extras.extract(call.id)) {
      w.key("extra_content").raw(extra.mapped());
    }
    w.endObject();
  }
  w.endArray();
}

// The item belongs to the assistant's message.
void ResponsesMessages::begin(const std::string& where) {
  if (said_.where.empty()) said_.where = where;
}

// Ends the assistant's message.
void ResponsesMessages::flush() {
  // Reasoning that led to nothing is not worth a message of its own.
  if (said_.texts.empty() && said_.calls.empty() && said_.refusal.empty()) {
    said_ = Said();
    return;
  }
  origins_.push_back({said_.where, ""});
  json::Writer w(out_);
  w.beginObject().key("role").string("assistant").key("content");
  if (said_.texts.empty()) {
    w.null();
  } else if (said_.texts.size() == 1) {
    w.raw(said_.texts.front());
  } else {
    w.beginArray();
    for (const std::string& text : said_.texts) {
      w.beginObject().key("type").string("text").key("text").raw(text).endObject();
    }
    w.endArray();
  }
  if (!said_.refusal.empty()) w.key("refusal").string(said_.refusal);
  if (!said_.reasoning.empty()) w.key("reasoning_content").string(said_.reasoning);
  if (!said_.details.empty()) w.key("reasoning_details").raw("[" + said_.details + "]");
  if (!said_.calls.empty()) {
    std::string calls;
    appendCalls(calls);
    w.key("tool_calls").raw(calls);
  }
  w.endObject();
  out_ += ',';
  said_ = Said();
}

std::string ResponsesMessages::take() {
  flush();
  if (!out_.empty()) out_.pop_back();  // the last comma
  return std::move(out_);
}

}  // namespace sluice::dialects
