#include "dialects/openai_responses_object.hpp"

#include <openssl/rand.h>

#include <array>
#include <chrono>
#include <stdexcept>

#include "base/json.hpp"
#include "dialects/openai_usage.hpp"

namespace sluice::dialects {

namespace {

struct Default {
  std::string_view name, value;
};

// Repeated as the client gave them.
constexpr std::array<Default, 14> kRepeated{{
    {"previous_response_id", "null"},
    {"instructions", "null"},
    {"max_output_tokens", "null"},
    {"max_tool_calls", "null"},
    {"parallel_tool_calls", "true"},
    {"tool_choice", "\"auto\""},
    {"temperature", "1"},
    {"top_p", "1"},
    {"top_logprobs", "0"},
    {"presence_penalty", "0"},
    {"frequency_penalty", "0"},
    {"metadata", "{}"},
    {"safety_identifier", "null"},
    {"prompt_cache_key", "null"},
}};

std::string_view orElse(JsonView value, std::string_view otherwise) {
  return value.given() ? value.raw() : otherwise;
}

void appendTool(json::Writer& w, JsonView tool) {
  if (!tool["type"].says("function")) {
    w.raw(tool.raw());
    return;
  }
  w.beginObject().key("type").string("function");
  for (const char* const name : {"name", "description", "parameters", "strict"}) {
    w.key(name).raw(orElse(tool[name], "null"));
  }
  w.endObject();
}

void appendText(json::Writer& w, JsonView text) {
  const JsonView format = text["format"];
  w.beginObject().key("format");
  if (!format.given()) {
    w.raw(R"({"type":"text"})");
  } else if (format["type"].says("json_schema")) {
    w.beginObject().key("type").string("json_schema");
    w.key("name").raw(orElse(format["name"], "null"));
    w.key("description").raw(orElse(format["description"], "null"));
    w.key("schema").raw(orElse(format["schema"], "null"));
    w.key("strict").raw(orElse(format["strict"], "false")).endObject();
  } else {
    w.raw(format.raw());
  }
  if (text["verbosity"].given()) w.key("verbosity").raw(text["verbosity"].raw());
  w.endObject();
}

// The request's settings.
void appendSettings(json::Writer& w, const ResponsesRequest& request) {
  w.key("tools").beginArray();
  JsonElements tools(request["tools"]);
  while (tools.next()) appendTool(w, tools.value());
  w.endArray().key("text");
  appendText(w, request["text"]);
  const JsonView reasoning = request["reasoning"];
  w.key("reasoning").beginObject();
  w.key("effort").raw(orElse(reasoning["effort"], "null"));
  w.key("summary").raw(orElse(reasoning["summary"], "null")).endObject();
  for (const Default& one : kRepeated) w.key(one.name).raw(orElse(request[one.name], one.value));
  if (request["user"].given()) w.key("user").raw(request["user"].raw());
}

}  // namespace

void appendResponse(std::string& out, const ResponsesRequest& request, const ResponseState& state) {
  json::Writer w(out);
  w.beginObject();
  w.key("id").string(state.id).key("object").string("response");
  w.key("created_at").number(state.createdAt).key("completed_at");
  if (state.completedAt == 0) w.null();
  else w.number(state.completedAt);
  w.key("status").string(state.status).key("error");
  if (state.errorMessage.empty()) {
    w.null();
  } else {
    w.beginObject().key("code").string(state.errorCode);
    w.key("message").string(state.errorMessage).endObject();
  }
  w.key("incomplete_details");
  if (state.incompleteBecause.empty()) w.null();
  else w.beginObject().key("reason").string(state.incompleteBecause).endObject();
  w.key("model").string(state.model);
  w.key("output").beginArray();
  if (!state.output.empty()) w.raw(state.output);
  w.endArray();
  appendSettings(w, request);
  w.key("truncation").string("disabled").key("service_tier").string("default");
  w.key("store").boolean(state.stored).key("background").boolean(false).key("usage");
  if (state.usage) {
    std::string usage;
    appendResponsesUsage(usage, *state.usage);
    w.raw(usage);
  } else {
    w.null();
  }
  w.endObject();
}

std::string newResponsesId(std::string_view prefix) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, 16> bytes{};
  if (::RAND_bytes(bytes.data(), bytes.size()) != 1) throw std::runtime_error("no random numbers");
  std::string id(prefix);
  for (const unsigned char byte : bytes) {
    id += kDigits[byte >> 4];
    id += kDigits[byte & 15];
  }
  return id;
}

std::uint64_t secondsNow() noexcept {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<seconds>(system_clock::now().time_since_epoch()).count());
}

}  // namespace sluice::dialects
