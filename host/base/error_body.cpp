#include "base/error_body.hpp"

#include <simdjson.h>

#include "base/json.hpp"

namespace sluice {

namespace {

void appendOrNull(json::Writer& writer, std::string_view name, std::string_view value) {
  writer.key(name);
  if (value.empty()) writer.null();
  else writer.string(value);
}

}  // namespace

void appendErrorBody(std::string& out, std::string_view message, std::string_view type,
                     std::string_view param, std::string_view code) {
  json::Writer writer(out);
  writer.beginObject().key("error").beginObject();
  writer.key("message").string(message);
  writer.key("type").string(type);
  appendOrNull(writer, "param", param);
  appendOrNull(writer, "code", code);
  writer.endObject().endObject();
}

bool isErrorBody(std::string_view body) {
  simdjson::dom::parser parser;
  std::string_view message;
  const auto told = parser.parse(body.data(), body.size())["error"]["message"].get(message);
  return told == simdjson::SUCCESS && !message.empty();
}

}  // namespace sluice
