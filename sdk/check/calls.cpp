#include "calls.hpp"

#include <algorithm>
#include <sluice/json.hpp>

namespace sluice::check {

namespace {

bool isToken(std::string_view text) {
  static constexpr std::string_view kToken =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !text.empty() && text.find_first_not_of(kToken) == text.npos;
}

bool isHosts(std::string_view name) {
  static constexpr const char* kNames[] = {"host",
                                           "content-length",
                                           "transfer-encoding",
                                           "connection",
                                           "keep-alive",
                                           "proxy-connection",
                                           "proxy-authenticate",
                                           "proxy-authorization",
                                           "te",
                                           "trailer",
                                           "upgrade",
                                           "expect",
                                           "accept-encoding",
                                           "user-agent"};
  std::string low(name);
  for (char& c : low)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return std::ranges::find(kNames, low) != std::end(kNames);
}

constexpr std::string_view kSchemes[] = {"aws.sigv4", "google.service-account"};

bool isJsonObject(std::string_view text) {
  json::Document document;
  return document.parse(text) && document.root().isObject();
}

}  // namespace

HttpRecord::HttpRecord(void* at) : out_(at != nullptr ? static_cast<sluice_http_out*>(at) : &own_) {
  out_->struct_size = sizeof *out_;
  out_->framing = SLUICE_FRAME_WHOLE;
  out_->host_data = this;
  out_->start = [](sluice_http_out* out, sluice_str method, sluice_str path) {
    of(out).start(view(method), view(path));
  };
  out_->header = [](sluice_http_out* out, sluice_str name, sluice_str value) {
    of(out).header(view(name), view(value));
    of(out).headers_.append(view(name)).append(": ").append(view(value)).append("\n");
  };
  out_->secret_header = [](sluice_http_out* out, sluice_str name, sluice_str prefix,
                           sluice_str secret) {
    of(out).header(view(name), view(prefix));
    if (view(secret) != "key")
      of(out).wrong("named the secret " + shown(view(secret)) + ", where there is only \"key\"");
    of(out).headers_.append(view(name)).append(": ").append(view(prefix)).append("<>\n");
    of(out).secrets_.append(view(secret)).append("\n");
  };
  out_->body = [](sluice_http_out* out, sluice_str bytes) {
    if (!of(out).started_) of(out).wrong("gave a body before start()");
    of(out).body_ += view(bytes);
  };
  out_->sign = [](sluice_http_out* out, sluice_str scheme, sluice_str params) {
    of(out).sign(view(scheme), view(params));
  };
  out_->dropped = [](sluice_http_out* out, std::uint32_t weight, sluice_str field) {
    of(out).dropped(weight, view(field));
  };
}

void HttpRecord::wrong(std::string what) {
  if (fault_.empty()) fault_ = std::move(what);
}

void HttpRecord::start(std::string_view method, std::string_view path) {
  if (started_) wrong("called start() twice");
  started_ = true;
  line_ = std::string(method) + " " + std::string(path) + "\n";
  if (!isToken(method) || method == "CONNECT") wrong("gave the method " + shown(method));
  const auto bad = [](char c) { return c <= ' ' || c == '\x7f' || c == '#' || c < 0; };
  if (!path.starts_with('/')) wrong("gave the path " + shown(path) + ", without '/' in front");
  else if (std::ranges::any_of(path, bad))
    wrong("gave the path " + shown(path) + ", with what no path may hold");
}

void HttpRecord::header(std::string_view name, std::string_view value) {
  if (!started_) wrong("gave a header before start()");
  if (!isToken(name)) wrong("gave a header the name " + shown(name));
  if (isHosts(name)) wrong("set the header " + shown(name) + ", which is the host's alone");
  const auto bad = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f';
  };
  if (std::ranges::any_of(value, bad))
    wrong("gave the header " + shown(name) + " the value " + shown(value));
}

void HttpRecord::sign(std::string_view scheme, std::string_view params) {
  if (!started_) wrong("asked for a signature before start()");
  if (std::exchange(signed_, true)) wrong("called sign() twice");
  signing_.append(scheme).append(" ").append(params).append("\n");
  if (std::ranges::find(kSchemes, scheme) == std::end(kSchemes))
    wrong("asked for a signature of the scheme " + shown(scheme) + ", which no host knows");
  if (!isJsonObject(params))
    wrong("gave sign() the params " + shown(params) + ", which are no JSON object");
}

void HttpRecord::dropped(std::uint32_t weight, std::string_view field) {
  dropped_.append(std::to_string(weight)).append(" ").append(field).append("\n");
  if (weight > SLUICE_DROPPED_MEANING)
    wrong("told of a dropped field with the weight " + std::to_string(weight) +
          ", which is no SLUICE_DROPPED_*");
  if (field.empty()) wrong("told of a dropped field without naming it");
  if (!isUtf8(field)) wrong("told of a dropped field by a name that is no UTF-8: " + shown(field));
}

std::string HttpRecord::withoutSecrets() const {
  return line_ + headers_ + signing_ + dropped_ + "\n" + body_;
}
std::string HttpRecord::text() const {
  return withoutSecrets() + "\n" + secrets_ + std::to_string(out_->framing);
}

std::string HttpRecord::fault() const {
  if (!fault_.empty()) return fault_;
  if (!started_) return "gave no method and path: start() was never called";
  if (signed_ && !secrets_.empty())
    return "asked for a signature, and for a header with the key beside it";
  if (out_->framing > SLUICE_FRAME_EVENTS)
    return "asked for framing " + std::to_string(out_->framing) + ", which is no SLUICE_FRAME_*";
  return {};
}

sluice_status encode(const Bench& bench, const sluice_request& request, HttpRecord& http,
                     sluice_error& error) {
  error = testing::emptyError();
  return guarded("codec.encode",
                 [&] { return bench.codec->encode(bench.instance, &request, http.out(), &error); });
}

Pushes::Pushes(void* at) : sink_(at != nullptr ? static_cast<sluice_sink*>(at) : &own_) {
  sink_->struct_size = sizeof *sink_;
  sink_->host_data = this;
  sink_->push = [](sluice_sink* sink, const sluice_chunk* chunk) -> sluice_status {
    return static_cast<Pushes*>(sink->host_data)->take(chunk);
  };
  sink_->finish = [](sluice_sink* sink, const sluice_error*) {
    ++static_cast<Pushes*>(sink->host_data)->finished;
  };
}

std::string badSizeOf(const sluice_chunk* chunk) {
  if (chunk == nullptr) return "push() was given NULL";
  if (!SLUICE_HAS(sluice_chunk, chunk, extra) || chunk->struct_size > 64 * 1024)
    return "a chunk's struct_size is " + std::to_string(chunk->struct_size) + ", not " +
           std::to_string(sizeof *chunk);
  if (chunk->type != SLUICE_CHUNK_USAGE) return {};
  if (chunk->usage == nullptr) return "a chunk is of type SLUICE_CHUNK_USAGE, and its usage NULL";
  if (!SLUICE_HAS(sluice_usage, chunk->usage, reasoning) || chunk->usage->struct_size > 64 * 1024)
    return "a usage's struct_size is " + std::to_string(chunk->usage->struct_size) + ", not " +
           std::to_string(sizeof(sluice_usage));
  return {};
}

sluice_status Pushes::take(const sluice_chunk* chunk) noexcept {
  const std::size_t number = count++;
  if (cancelled_) ++afterCancelled;
  if (const std::string bad = badSizeOf(chunk); !bad.empty()) {
    if (badSize.empty()) badSize = bad;
    return SLUICE_OK;
  }
  log += testing::describe(*chunk) + "\n";
  const sluice_status status = answer ? answer(number) : sluice_status{SLUICE_OK};
  cancelled_ = cancelled_ || status == SLUICE_CANCELLED;
  return status;
}

bool ChunkRules::finished(std::uint32_t choice) const {
  return std::ranges::find(finished_, choice) != finished_.end();
}

std::string ChunkRules::seeToolCall(const sluice_chunk& chunk) {
  const auto [call, first] =
      calls_.try_emplace({chunk.choice, chunk.index}, std::string(view(chunk.ref)));
  const std::string name = "tool call " + std::to_string(chunk.index);
  if (first) return chunk.name.len > 0 ? "" : "the first chunk of " + name + " has no name";
  const bool late = chunk.ref.len > 0 && view(chunk.ref) != call->second;
  return late ? "the id of " + name + " comes after its first chunk" : "";
}

std::string ChunkRules::seeUsage(const sluice_usage& usage) {
  const std::uint64_t prompt = usage.input + usage.cache_read + usage.cache_write;
  const std::uint64_t answer = usage.output + usage.reasoning;
  if (prompt < prompt_ || answer < answer_)
    return "a later usage tells less than an earlier one, and replaces it: totals so far are "
           "wanted, not what was added";
  prompt_ = prompt;
  answer_ = answer;
  return {};
}

std::string ChunkRules::see(const sluice_chunk& chunk) {
  const bool first = std::exchange(first_, false);
  for (const sluice_str text : {chunk.text, chunk.name, chunk.ref})
    if (!isUtf8(view(text))) return "a text is no UTF-8: " + shown(view(text));
  if (chunk.extra.len > 0 && chunk.type != SLUICE_CHUNK_JSON && !isJsonObject(view(chunk.extra)))
    return "its extra is no JSON object: " + shown(view(chunk.extra));
  switch (chunk.type) {
    case SLUICE_CHUNK_START:
      if (std::exchange(started_, true)) return "the answer starts twice";
      return first ? std::string() : "START is not the first chunk";
    case SLUICE_CHUNK_FINISH: {
      const std::string_view name = view(chunk.name);
      if (finished(chunk.choice))
        return "choice " + std::to_string(chunk.choice) + " finishes twice";
      finished_.push_back(chunk.choice);
      if (name != "stop" && name != "length" && name != "tool_calls" && name != "content_filter")
        return "it finishes with " + shown(name);
      return {};
    }
    case SLUICE_CHUNK_USAGE: return seeUsage(*chunk.usage);
    case SLUICE_CHUNK_TEXT:
    case SLUICE_CHUNK_REASONING:
    case SLUICE_CHUNK_REFUSAL:
    case SLUICE_CHUNK_TOOL_CALL:
      if (finished(chunk.choice))
        return "there is more of choice " + std::to_string(chunk.choice) + " after its FINISH";
      return chunk.type == SLUICE_CHUNK_TOOL_CALL ? seeToolCall(chunk) : std::string();
    case SLUICE_CHUNK_ITEM: return {};
    case SLUICE_CHUNK_MESSAGE:
      return chunk.extra.len > 0 ? std::string() : "a MESSAGE without an extra";
    case SLUICE_CHUNK_JSON: {
      json::Document document;
      return document.parse(view(chunk.extra))
                 ? std::string()
                 : "a JSON chunk's extra is no JSON: " + shown(view(chunk.extra));
    }
    default: return "its type is " + std::to_string(chunk.type) + ", which is no SLUICE_CHUNK_*";
  }
}

Decoding decode(const Bench& bench, const sluice_request& request, std::uint32_t status,
                const std::vector<sluice_kv>& headers, const std::vector<testing::Frame>& frames,
                Pushes& pushes, bool noted) {
  const sluice_codec& codec = *bench.codec;
  void* decoder = nullptr;
  Decoding out;
  out.error = testing::emptyError();
  const auto call = [&](const char* name, auto&& what) {
    return noted ? guarded(name, what) : unnoted(name, what);
  };
  out.status = call("codec.open", [&] {
    return codec.open(bench.instance, &request, status, headers.data(), headers.size(), &decoder,
                      &out.error);
  });
  if (out.status == SLUICE_OK) {
    for (const testing::Frame& frame : frames) {
      ++out.given;
      if (noted) note::frame(out.given, frames.size(), frame.event, frame.data);
      out.status = call("codec.frame", [&] {
        return codec.frame(decoder, testing::str(frame.event), testing::str(frame.data),
                           pushes.sink(), &out.error);
      });
      if (out.status != SLUICE_OK) break;
    }
    if (noted) note::frame();
    if (out.status == SLUICE_OK)
      out.status = call("codec.end", [&] { return codec.end(decoder, pushes.sink(), &out.error); });
    call("codec.close", [&] {
      codec.close(decoder);
      return 0;
    });
  }
  out.error.message[sizeof out.error.message - 1] = '\0';
  out.log = pushes.log;
  if (out.status != SLUICE_OK) out.log += testing::describe(out.error) + "\n";
  return out;
}

}  // namespace sluice::check
