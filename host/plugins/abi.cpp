#include "plugins/abi.hpp"

#include <algorithm>
#include <cstring>

#include "plugins/clean_text.hpp"

namespace sluice::plugins::abi {

namespace {

template <class Host>
constexpr bool same(Host host, int c) {
  return static_cast<int>(host) == c;
}
static_assert(same(Op::chat, SLUICE_OP_CHAT) && same(Op::context, SLUICE_OP_CONTEXT) &&
              same(Op::search, SLUICE_OP_SEARCH) && same(Op::embed, SLUICE_OP_EMBED) &&
              same(Op::models, SLUICE_OP_MODELS) && same(Op::count, SLUICE_OP_COUNT));
static_assert(same(ChunkType::start, SLUICE_CHUNK_START) &&
              same(ChunkType::text, SLUICE_CHUNK_TEXT) &&
              same(ChunkType::reasoning, SLUICE_CHUNK_REASONING) &&
              same(ChunkType::refusal, SLUICE_CHUNK_REFUSAL) &&
              same(ChunkType::toolCall, SLUICE_CHUNK_TOOL_CALL) &&
              same(ChunkType::finish, SLUICE_CHUNK_FINISH) &&
              same(ChunkType::usage, SLUICE_CHUNK_USAGE) &&
              same(ChunkType::item, SLUICE_CHUNK_ITEM) &&
              same(ChunkType::message, SLUICE_CHUNK_MESSAGE) &&
              same(ChunkType::json, SLUICE_CHUNK_JSON));
static_assert(same(Reason::rateLimit, SLUICE_REASON_RATE_LIMIT) &&
              same(Reason::quota, SLUICE_REASON_QUOTA) && same(Reason::key, SLUICE_REASON_KEY) &&
              same(Reason::contextLength, SLUICE_REASON_CONTEXT_LENGTH) &&
              same(Reason::contentFilter, SLUICE_REASON_CONTENT_FILTER) &&
              same(Reason::modelNotFound, SLUICE_REASON_MODEL_NOT_FOUND) &&
              same(Reason::overloaded, SLUICE_REASON_OVERLOADED) &&
              same(Reason::badRequest, SLUICE_REASON_BAD_REQUEST));
static_assert(same(Framing::whole, SLUICE_FRAME_WHOLE) && same(Framing::sse, SLUICE_FRAME_SSE) &&
              same(Framing::lines, SLUICE_FRAME_LINES) && same(Framing::raw, SLUICE_FRAME_RAW) &&
              same(Framing::events, SLUICE_FRAME_EVENTS));

Code codeOf(sluice_status status) noexcept {
  switch (status) {
    case SLUICE_CANCELLED: return Code::cancelled;
    case SLUICE_INVALID_ARGUMENT: return Code::invalidArgument;
    case SLUICE_DEADLINE_EXCEEDED: return Code::deadlineExceeded;
    case SLUICE_NOT_FOUND: return Code::notFound;
    case SLUICE_PERMISSION_DENIED: return Code::permissionDenied;
    case SLUICE_RESOURCE_EXHAUSTED: return Code::resourceExhausted;
    case SLUICE_FAILED_PRECONDITION: return Code::failedPrecondition;
    case SLUICE_UNIMPLEMENTED: return Code::unimplemented;
    case SLUICE_INTERNAL: return Code::internal;
    case SLUICE_UNAVAILABLE: return Code::unavailable;
    case SLUICE_UNAUTHENTICATED: return Code::unauthenticated;
    default: return Code::unknown;
  }
}

// Upstreams say how many, and plugins believe them: sums of these must not overflow.
std::uint64_t counted(std::uint64_t tokens) noexcept {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 48;
  return std::min(tokens, kMost);
}

template <std::size_t N>
std::string textOf(const char (&field)[N]) {
  return cleaned(std::string_view(field, ::strnlen(field, N)), N);
}

}  // namespace

sluice_request toC(const Request& request) noexcept {
  sluice_request c{};
  c.struct_size = sizeof c;
  c.op = static_cast<std::uint32_t>(request.op);
  c.flags = request.stream ? SLUICE_REQ_STREAM : 0;
  c.id = request.id;
  c.deadline_ns = request.deadlineNs;
  c.model = str(request.model);
  c.dialect = str(request.dialect);
  c.body = str(request.body);
  return c;
}

sluice_candidate toC(const Candidate& candidate) noexcept {
  sluice_candidate c{};
  c.struct_size = sizeof c;
  c.flags =
      (candidate.healthy ? SLUICE_CAND_HEALTHY : 0) | (candidate.local ? SLUICE_CAND_LOCAL : 0);
  c.target = str(candidate.target);
  c.model = str(candidate.model);
  c.inflight = candidate.inflight;
  c.weight = candidate.weight;
  c.latency_us = candidate.latencyUs;
  c.error_ppm = candidate.errorPpm;
  c.price_in = candidate.priceIn;
  c.price_out = candidate.priceOut;
  c.labels = str(candidate.labels);
  return c;
}

sluice_usage toC(const Usage& usage) noexcept {
  sluice_usage c{};
  c.struct_size = sizeof c;
  c.input = usage.input;
  c.cache_read = usage.cacheRead;
  c.cache_write = usage.cacheWrite;
  c.output = usage.output;
  c.reasoning = usage.reasoning;
  return c;
}

bool fromC(const sluice_chunk& chunk, Usage& usage, Chunk& into) noexcept {
  if (!SLUICE_HAS(sluice_chunk, &chunk, extra)) return false;
  if (chunk.type == 0 || chunk.type > SLUICE_CHUNK_JSON) return false;
  into.type = static_cast<ChunkType>(chunk.type);
  into.choice = chunk.choice;
  into.index = chunk.index;
  into.text = view(chunk.text);
  into.name = view(chunk.name);
  into.ref = view(chunk.ref);
  into.extra = view(chunk.extra);
  into.score = chunk.score;
  into.usage = nullptr;
  if (chunk.type != SLUICE_CHUNK_USAGE) return true;
  const sluice_usage* from = chunk.usage;
  if (from == nullptr || !SLUICE_HAS(sluice_usage, from, reasoning)) return false;
  usage = {counted(from->input), counted(from->cache_read), counted(from->cache_write),
           counted(from->output), counted(from->reasoning)};
  into.usage = &usage;
  return true;
}

sluice_error emptyError() noexcept {
  sluice_error error{};
  error.struct_size = sizeof error;
  return error;
}

Fault fromC(sluice_status status, const sluice_error& error, std::string_view label) {
  Fault fault;
  fault.code = codeOf(status);
  if (SLUICE_HAS(sluice_error, &error, param)) {
    if (error.reason <= SLUICE_REASON_BAD_REQUEST) fault.reason = static_cast<Reason>(error.reason);
    fault.retryable = error.retryable == 1;
    fault.retryAfterMs = error.retry_after_ms;
    if (error.http_status >= 100 && error.http_status <= 599) {
      fault.httpStatus = static_cast<int>(error.http_status);
    }
    fault.message = textOf(error.message);
    fault.type = textOf(error.type);
    fault.symbol = textOf(error.symbol);
    fault.param = textOf(error.param);
  }
  if (fault.message.empty()) {
    fault.message = std::string(label) + ": the plugin failed and gave no reason (status " +
                    std::to_string(status) + ")";
  }
  return fault;
}

Fault misbehaved(std::string_view label, std::string_view what) {
  Fault fault;
  fault.code = Code::internal;
  fault.message = std::string(label) + ": the plugin " + std::string(what);
  return fault;
}

std::string versionText(std::uint32_t version) {
  return std::to_string(version >> 16) + '.' + std::to_string(version & 0xffff);
}

}  // namespace sluice::plugins::abi
