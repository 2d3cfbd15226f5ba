#include "embed.hpp"

namespace gemini {
namespace {

namespace json = sluice::json;
using sluice::Body;

std::string_view taskOf(const Body& body) {
  const std::string_view purpose = body["purpose"].string();
  if (purpose == "query") return "RETRIEVAL_QUERY";
  return purpose == "document" ? "RETRIEVAL_DOCUMENT" : "";
}

json::Value textsOf(const Body& body) {
  const json::Value texts = body.array("input");
  for (const json::Value text : texts)
    if (!text.isString()) Body::refuse("input", "must be an array of strings");
  if (!texts[std::size_t{0}].exists()) Body::refuse("input", "must not be empty");
  return texts;
}

}  // namespace

std::string renderBatch(const sluice::Request& request, std::string_view model) {
  const Body body(request);
  const std::string_view task = taskOf(body);
  const std::uint64_t dimensions = body.whole("dimensions", 0);
  std::string out;
  json::Writer writer(out);
  writer.beginObject().key("requests").beginArray();
  for (const json::Value text : textsOf(body)) {
    writer.beginObject().member("model", model).key("content").beginObject();
    writer.key("parts").beginArray().beginObject().member("text", text).endObject().endArray();
    writer.endObject();
    if (!task.empty()) writer.member("taskType", task);
    if (dimensions != 0) writer.member("outputDimensionality", dimensions);
    writer.endObject();
  }
  writer.endArray().endObject();
  return out;
}

std::string renderInstances(const sluice::Request& request) {
  const Body body(request);
  const std::string_view task = taskOf(body);
  const std::uint64_t dimensions = body.whole("dimensions", 0);
  std::string out;
  json::Writer writer(out);
  writer.beginObject().key("instances").beginArray();
  for (const json::Value text : textsOf(body)) {
    writer.beginObject().member("content", text);
    if (!task.empty()) writer.member("task_type", task);
    writer.endObject();
  }
  writer.endArray();
  if (dimensions != 0)
    writer.key("parameters").beginObject().member("outputDimensionality", dimensions).endObject();
  writer.endObject();
  return out;
}

}  // namespace gemini
