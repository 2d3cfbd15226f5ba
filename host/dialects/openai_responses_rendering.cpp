#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "dialects/chunk_extra.hpp"
#include "dialects/json_document.hpp"
#include "dialects/openai_responses_answer.hpp"
#include "dialects/openai_responses_messages.hpp"

namespace sluice::dialects {

using plugins::Chunk;
using plugins::ChunkType;

namespace {

constexpr std::size_t kHeldMost = 64
                                  << 20;  // bytes of a stream, whose end says all of it once more

bool isWholeObject(std::string_view text) {
  simdjson::dom::element root;
  return parseJson(text, root) == simdjson::SUCCESS && root.is_object();
}

}  // namespace

OpenAiResponsesRendering::OpenAiResponsesRendering(const ResponsesRequest& request,
                                                   std::shared_ptr<ResponsesAnswer> answer)
    : request_(request),
      answer_(std::move(answer)),
      stream_(request.stream()),
      summary_(request["reasoning"]["summary"].given() ||
               request["reasoning"]["generate_summary"].given()) {}

void OpenAiResponsesRendering::take(const Chunk& chunk) {
  if (chunk.choice != 0) return;  // nobody asked for several
  switch (chunk.type) {
    case ChunkType::start:
      if (!chunk.name.empty()) answer_->state.model = chunk.name;
      return;
    case ChunkType::usage:
      if (chunk.usage != nullptr) progress_.usage = *chunk.usage;
      return;
    case ChunkType::text:
    case ChunkType::refusal:
    case ChunkType::reasoning:
      if (chunk.text.empty() && chunk.extra.empty()) return;
      break;
    case ChunkType::toolCall: break;
    case ChunkType::finish: finish(chunk.name); return;
    default: return;
  }
  if (finished_ || tooLong(chunk)) return;
  begin();
  progress_.content = progress_.content || !chunk.text.empty() || !chunk.name.empty();
  progress_.contentBytes += chunk.text.size() + chunk.name.size();
  if (chunk.type == ChunkType::toolCall) takeToolCall(chunk);
  else if (chunk.type == ChunkType::reasoning) takeReasoning(chunk);
  else takeText(chunk);
}

// An answer that is not streamed has a limit of its own.
bool OpenAiResponsesRendering::tooLong(const Chunk& chunk) {
  held_ += chunk.text.size() + chunk.name.size() + chunk.extra.size();
  if (!stream_ || held_ <= kHeldMost) return false;
  plugins::Fault fault;
  fault.code = plugins::Code::resourceExhausted;
  fault.message = "the answer is larger than 64 MiB";
  progress_.fault = std::move(fault);
  return true;
}

void OpenAiResponsesRendering::begin() {
  if (begun_) return;
  begun_ = true;
  if (!stream_) return;
  const std::string now = response();
  appendResponsesEvent(*out_, "response.created", now, *answer_);
  appendResponsesEvent(*out_, "response.in_progress", now, *answer_);
}

// --- items ---

// An item that has been told of: its place is its output_index.
std::size_t OpenAiResponsesRendering::add(Kind kind, std::string_view prefix, std::uint32_t index) {
  Item& item = items_.emplace_back();
  item.kind = kind;
  item.id = newResponsesId(prefix);
  item.index = index;
  announce(items_.size() - 1);
  return items_.size() - 1;
}

void OpenAiResponsesRendering::announce(std::size_t at) {
  if (!stream_) return;
  beginResponsesEvent(*out_, "response.output_item.added", *answer_);
  *out_ += ",\"output_index\":";
  json::appendNumber(*out_, std::uint64_t{at});
  *out_ += ",\"item\":";
  appendItem(*out_, items_[at]);
  endResponsesEvent(*out_);
}

// The message that is open, or a new one.
std::size_t OpenAiResponsesRendering::message() {
  if (current_ != kNone && items_[current_].kind == Kind::message) return current_;
  closeCurrent("completed");
  closeCompleteCalls();
  current_ = add(Kind::message, "msg_", 0);
  return current_;
}

void OpenAiResponsesRendering::closeCurrent(std::string_view status) {
  if (current_ == kNone) return;
  const std::size_t at = current_;
  current_ = kNone;
  closeItem(at, status);
}

void OpenAiResponsesRendering::closeItem(std::size_t at, std::string_view status) {
  if (items_[at].kind != Kind::call && !items_[at].parts.empty()) closePart(at);
  items_[at].status = status;
  if (!stream_) return;
  std::string item;
  appendItem(item, items_[at]);
  beginResponsesEvent(*out_, "response.output_item.done", *answer_);
  *out_ += ",\"output_index\":";
  json::appendNumber(*out_, std::uint64_t{at});
  *out_ += ",\"item\":";
  *out_ += item;
  endResponsesEvent(*out_);
  // What a stream that breaks later has given.
  std::string& given = answer_->state.output;
  if (!given.empty()) given += ',';
  given += item;
}

// --- text and refusals ---

void OpenAiResponsesRendering::takeText(const Chunk& chunk) {
  const bool refusal = chunk.type == ChunkType::refusal;
  const std::size_t at = message();
  openPart(at, refusal);
  if (!chunk.text.empty()) {
    items_[at].parts.back().text += chunk.text;
    items_[at].parts.back().characters += text::countCharacters(chunk.text);
    if (stream_) {
      beginDelta(refusal ? "response.refusal.delta" : "response.output_text.delta", at);
      *out_ += ",\"delta\":";
      json::appendString(*out_, chunk.text);
      if (!refusal) *out_ += ",\"logprobs\":[]";
      endResponsesEvent(*out_);
    }
  }
  if (!refusal) takeAnnotations(chunk.extra, at);
}

void OpenAiResponsesRendering::takeAnnotations(std::string_view extra, std::size_t at) {
  const ChunkExtra told(extra);
  JsonElements annotations(told["annotations"]);
  while (annotations.next()) {
    const JsonView cited = annotations.value()["url_citation"];
    if (!cited["url"].isString()) continue;
    Part& part = items_[at].parts.back();
    const std::uint64_t place = part.characters;
    std::string made;
    json::Writer w(made);
    w.beginObject().key("type").string("url_citation").key("url").raw(cited["url"].raw());
    w.key("title").raw(cited["title"].isString() ? cited["title"].raw() : "\"\"");
    w.key("start_index").number(place).key("end_index").number(place).endObject();
    if (!part.annotations.empty()) part.annotations += ',';
    part.annotations += made;
    if (stream_) {
      beginDelta("response.output_text.annotation.added", at);
      *out_ += ",\"annotation_index\":";
      json::appendNumber(*out_, std::uint64_t{part.annotated});
      *out_ += ",\"annotation\":";
      *out_ += made;
      endResponsesEvent(*out_);
    }
    ++part.annotated;
  }
}

// --- reasoning ---

void OpenAiResponsesRendering::takeReasoning(const Chunk& chunk) {
  const bool goesOn = current_ != kNone && items_[current_].kind == Kind::reasoning &&
                      items_[current_].index == chunk.index;
  if (!goesOn) {
    closeCurrent("completed");
    closeCompleteCalls();
    current_ = add(Kind::reasoning, "rs_", chunk.index);
  }
  const std::size_t at = current_;
  if (!chunk.text.empty()) {
    if (items_[at].parts.empty()) blocks_[chunk.index].push_back(at);
    openPart(at, false);
    items_[at].parts.back().text += chunk.text;
    if (stream_) {
      beginDelta(
          summary_ ? "response.reasoning_summary_text.delta" : "response.reasoning_text.delta", at);
      *out_ += ",\"delta\":";
      json::appendString(*out_, chunk.text);
      endResponsesEvent(*out_);
    }
  }
  if (!chunk.extra.empty()) takeProof(chunk.extra, items_[at]);
}

// All that has come of a block of reasoning: its proof may come after other things have begun.
std::string OpenAiResponsesRendering::blockText(std::uint32_t index) const {
  std::string text;
  const auto block = blocks_.find(index);
  if (block == blocks_.end()) return text;
  for (const std::size_t at : block->second) text += items_[at].parts.front().text;
  return text;
}

void OpenAiResponsesRendering::takeProof(std::string_view extra, Item& item) {
  const ChunkExtra told(extra);
  const JsonView encrypted = told["encrypted"], signature = told["signature"];
  if (!told["format"].isString() || (!encrypted.isString() && !signature.isString())) return;
  if (encrypted.isString() && told["format"].says("openai")) {
    item.proof = encrypted.text();  // its maker's own form
    return;
  }
  item.proof = kReasoningMark;
  json::Writer w(item.proof);
  w.beginObject();
  if (encrypted.isString()) {
    w.key("type").string("reasoning.encrypted").key("data").raw(encrypted.raw());
  } else {
    w.key("type").string("reasoning.text").key("text").string(blockText(item.index));
    w.key("signature").raw(signature.raw());
  }
  w.key("format").raw(told["format"].raw()).endObject();
  held_ += item.proof.size();  // each repeats its block
}

// --- tool calls ---

void OpenAiResponsesRendering::takeToolCall(const Chunk& chunk) {
  const auto known = calls_.find(chunk.index);
  const bool begun = known != calls_.end();
  Item& call = begun ? items_[known->second] : waiting_[chunk.index];
  if (call.callId.empty()) call.callId = chunk.ref;
  if (call.name.empty()) nameCall(call, chunk.name);
  const ChunkExtra extra(chunk.extra);
  if (extra["extra_content"].isObject()) call.extra = extra["extra_content"].raw();
  if (call.status != "in_progress") return;  // it was complete
  call.arguments += chunk.text;
  call.end.take(chunk.text);
  if (begun) {
    if (!chunk.text.empty()) sendArguments(known->second, chunk.text);
    noteEnd(known->second);
  } else if (!call.name.empty() && !(call.callId.empty() && chunk.text.empty())) {
    noteEnd(beginCall(chunk.index));
  }
}

// One that waited until it could be told of. It begins without arguments; those that it has follow.
std::size_t OpenAiResponsesRendering::beginCall(std::uint32_t index) {
  closeCurrent("completed");
  closeCompleteCalls();
  const std::size_t at = items_.size();
  Item& call = items_.emplace_back(std::move(waiting_[index]));
  waiting_.erase(index);
  calls_[index] = at;
  call.kind = Kind::call;
  call.id = newResponsesId(call.freeform ? "ctc_" : "fc_");
  if (call.callId.empty()) call.callId = newResponsesId("call_");
  std::string arguments = std::exchange(call.arguments, {});
  announce(at);
  call.arguments = std::move(arguments);
  if (!call.arguments.empty()) sendArguments(at, call.arguments);
  return at;
}

void OpenAiResponsesRendering::noteEnd(std::size_t at) {
  Item& call = items_[at];
  if (call.complete || !call.end.whole()) return;
  call.complete = true;
  if (isWholeObject(call.arguments)) complete_.push_back(at);
}

// The tool that the function stands for.
void OpenAiResponsesRendering::nameCall(Item& call, std::string_view function) {
  call.name = function;
  if (function.empty()) return;
  if (!tools_) tools_ = otherTools(request_["tools"]);
  const auto tool = std::find_if(tools_->begin(), tools_->end(), [&](const ResponsesTool& one) {
    return one.function == function;
  });
  if (tool == tools_->end()) return;
  call.name = tool->name;
  call.space = tool->space;
  call.freeform = tool->freeform;
}

void OpenAiResponsesRendering::sendArguments(std::size_t at, std::string_view piece) {
  if (!stream_ || items_[at].freeform) return;
  beginDelta("response.function_call_arguments.delta", at);
  *out_ += ",\"delta\":";
  json::appendString(*out_, piece);
  endResponsesEvent(*out_);
}

// A call whose arguments are a whole object is over when something else begins; one whose are not
// may go on beside it.
void OpenAiResponsesRendering::closeCompleteCalls() {
  std::sort(complete_.begin(), complete_.end());
  for (const std::size_t at : std::exchange(complete_, {})) closeCall(at, "completed");
}

void OpenAiResponsesRendering::closeCall(std::size_t at, std::string_view status) {
  Item& call = items_[at];
  if (call.arguments.empty() && status == "completed") {
    call.arguments = "{}";
    sendArguments(at, call.arguments);
  }
  if (call.freeform) call.arguments = freeformInput(call.arguments);
  if (stream_) sendWhole(at);
  closeItem(at, status);
}

// All that a call says; the input of a freeform tool, which no piece of the arguments tells, has
// not been sent before.
void OpenAiResponsesRendering::sendWhole(std::size_t at) {
  const Item& call = items_[at];
  if (call.freeform) {
    beginDelta("response.custom_tool_call_input.delta", at);
    *out_ += ",\"delta\":";
    json::appendString(*out_, call.arguments);
    endResponsesEvent(*out_);
    beginDelta("response.custom_tool_call_input.done", at);
    *out_ += ",\"input\":";
    json::appendString(*out_, call.arguments);
  } else {
    beginDelta("response.function_call_arguments.done", at);
    *out_ += ",\"name\":";
    json::appendString(*out_, call.name);
    *out_ += ",\"arguments\":";
    json::appendString(*out_, call.arguments);
  }
  endResponsesEvent(*out_);
}

// What the upstream wants back with a call has no place in the call's own item.
void OpenAiResponsesRendering::addProofOfCall(const Item& call) {
  std::string proof(kReasoningMark);
  json::Writer w(proof);
  w.beginObject().key("type").string("tool_call").key("call_id").string(call.callId);
  w.key("extra_content").raw(call.extra).endObject();
  const std::size_t at = add(Kind::reasoning, "rs_", 0);
  items_[at].proof = std::move(proof);
  closeItem(at, "completed");
}

// --- the end ---

void OpenAiResponsesRendering::finish(std::string_view reason) {
  if (finished_) return;  // one finish reason an answer
  begin();
  finished_ = true;
  const bool cut = reason == "length" || reason == "content_filter";
  ResponseState& state = answer_->state;
  if (reason == "length") state.incompleteBecause = "max_output_tokens";
  else if (cut) state.incompleteBecause = "content_filter";
  closeCurrent(cut ? "incomplete" : "completed");
  while (!waiting_.empty()) beginCall(waiting_.begin()->first);
  const std::size_t count = items_.size();
  for (std::size_t at = 0; at < count; ++at) {
    if (items_[at].kind != Kind::call || items_[at].status != "in_progress") continue;
    const bool whole = !cut || isWholeObject(items_[at].arguments);
    closeCall(at, whole ? "completed" : "incomplete");
  }
  for (std::size_t at = 0; at < count; ++at) {
    if (items_[at].extra.empty()) continue;
    const Item call = items_[at];
    addProofOfCall(call);
  }
  progress_.content = progress_.settled = progress_.finished = true;
}

void OpenAiResponsesRendering::close(std::string& out) {
  out_ = &out;
  ResponseState& state = answer_->state;
  const bool cut = !state.incompleteBecause.empty();
  state.status = cut ? "incomplete" : "completed";
  state.completedAt = secondsNow();
  state.usage = progress_.usage;
  answer_->whole = response();
  if (stream_) {
    appendResponsesEvent(out, cut ? "response.incomplete" : "response.completed", answer_->whole,
                         *answer_);
  } else {
    out += answer_->whole;
  }
  progress_.ended = true;
}

}  // namespace sluice::dialects
