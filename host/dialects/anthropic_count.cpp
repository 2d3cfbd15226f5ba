#include "dialects/anthropic_count.hpp"

#include "base/json.hpp"
#include "dialects/anthropic_error.hpp"
#include "dialects/json_document.hpp"

namespace sluice::dialects {

namespace {

plugins::Fault countless() {
  plugins::Fault made;
  made.code = plugins::Code::unavailable;
  made.retryable = true;
  made.message = "the upstream's answer has no input_tokens";
  return made;
}

// Takes the count out of an answer. Without one `fault` says why.
bool readCount(std::string_view json, std::uint64_t& tokens, std::optional<plugins::Fault>& fault) {
  simdjson::dom::element root;
  const bool object = parseJson(json, root) == simdjson::SUCCESS && root.is_object();
  if (object && root["input_tokens"].get(tokens) == simdjson::SUCCESS) return true;
  fault = object && root["error"].is_object() ? readAnthropicError(root) : countless();
  return false;
}

void setWhole(calls::Progress& progress) {
  progress.content = progress.settled = progress.finished = true;
}

}  // namespace

void appendCount(std::string& out, std::uint64_t tokens) {
  json::Writer w(out);
  w.beginObject().key("input_tokens").number(tokens).endObject();
}

void AnthropicCountPassage::block(const wire::SseBlock&, std::string&) {
  progress_.fault = countless();
}

void AnthropicCountPassage::whole(std::string_view body) {
  std::uint64_t tokens = 0;
  if (!readCount(body, tokens, progress_.fault)) return;
  setWhole(progress_);
  progress_.ended = true;
  progress_.usage = plugins::Usage();  // counting costs none
}

void AnthropicCountRendering::take(const plugins::Chunk& chunk) {
  if (chunk.type != plugins::ChunkType::json) return;
  if (!readCount(chunk.extra, tokens_, progress_.fault)) return;
  setWhole(progress_);
  progress_.usage = plugins::Usage();
}

void AnthropicCountRendering::close(std::string& out) {
  appendCount(out, tokens_);
  progress_.ended = true;
}

}  // namespace sluice::dialects
