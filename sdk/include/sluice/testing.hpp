// sluice/testing.hpp: for tests of plugins: a host, a sink that writes down what came, an HTTP
// request that can be read, and what drives a component through the C tables, as the host does.
// Link the test with the plugin's own sources. Not for plugins themselves.
// Threads: a Recorder may be pushed to from any thread; all else belongs to the test's.
#pragma once

#include <sluice/plugin.h>

#include <cstdint>
#include <cstring>
#include <mutex>
#include <sluice/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::testing {

inline sluice_str str(std::string_view text) noexcept { return {text.data(), text.size()}; }
inline std::string text(sluice_str from) {
  return from.ptr ? std::string(from.ptr, from.len) : std::string();
}

inline std::string nameOf(sluice_status status) {
  switch (status) {
    case SLUICE_OK: return "OK";
    case SLUICE_CANCELLED: return "CANCELLED";
    case SLUICE_INVALID_ARGUMENT: return "INVALID_ARGUMENT";
    case SLUICE_DEADLINE_EXCEEDED: return "DEADLINE_EXCEEDED";
    case SLUICE_NOT_FOUND: return "NOT_FOUND";
    case SLUICE_PERMISSION_DENIED: return "PERMISSION_DENIED";
    case SLUICE_RESOURCE_EXHAUSTED: return "RESOURCE_EXHAUSTED";
    case SLUICE_FAILED_PRECONDITION: return "FAILED_PRECONDITION";
    case SLUICE_UNIMPLEMENTED: return "UNIMPLEMENTED";
    case SLUICE_INTERNAL: return "INTERNAL";
    case SLUICE_UNAVAILABLE: return "UNAVAILABLE";
    case SLUICE_UNAUTHENTICATED: return "UNAUTHENTICATED";
    case SLUICE_UNKNOWN: return "UNKNOWN";
    default: return std::to_string(status);
  }
}

inline std::string nameOfReason(std::uint32_t reason) {
  static constexpr const char* names[] = {
      "NONE",           "RATE_LIMIT",      "QUOTA",      "KEY",        "CONTEXT_LENGTH",
      "CONTENT_FILTER", "MODEL_NOT_FOUND", "OVERLOADED", "BAD_REQUEST"};
  return reason < std::size(names) ? names[reason] : std::to_string(reason);
}

namespace detail {
inline void field(std::string& line, const char* name, std::string_view value) {
  if (value.empty()) return;
  line.append(" ").append(name).append("=");
  json::quote(line, value);
}
inline void number(std::string& line, const char* name, std::uint64_t value) {
  if (value != 0) line.append(" ").append(name).append("=").append(std::to_string(value));
}
}  // namespace detail

// An error in one line, without what is zero or empty:
//   error RESOURCE_EXHAUSTED reason=RATE_LIMIT retryable http=429 after_ms=1500 "Slow down"
inline std::string describe(const sluice_error& error) {
  std::string line = "error " + nameOf(error.code);
  if (error.reason) line += " reason=" + nameOfReason(error.reason);
  if (error.retryable) line += " retryable";
  detail::number(line, "http", error.http_status);
  detail::number(line, "after_ms", error.retry_after_ms);
  detail::field(line, "type", error.type);
  detail::field(line, "symbol", error.symbol);
  detail::field(line, "param", error.param);
  line += " ";
  json::quote(line, error.message);
  return line;
}

// A chunk in one line: its kind, [choice] if that is not 0, its fields, its text.
//   text "Hello" | tool_call[1] index=1 id="c1" name="f" "{\"a\":1}" | finish stop
inline std::string describe(const sluice_chunk& chunk) {
  static constexpr const char* kinds[] = {"?",       "start",     "text",   "reasoning",
                                          "refusal", "tool_call", "finish", "usage",
                                          "item",    "message",   "json"};
  std::string line = chunk.type < std::size(kinds) ? kinds[chunk.type] : std::to_string(chunk.type);
  if (chunk.choice) line += "[" + std::to_string(chunk.choice) + "]";
  if (chunk.type == SLUICE_CHUNK_FINISH)
    return line + " " + text(chunk.name) + (chunk.extra.len ? " " + text(chunk.extra) : "");
  if (chunk.type == SLUICE_CHUNK_USAGE) {
    const sluice_usage& usage = *chunk.usage;
    detail::number(line, "input", usage.input);
    detail::number(line, "cache_read", usage.cache_read);
    detail::number(line, "cache_write", usage.cache_write);
    detail::number(line, "output", usage.output);
    detail::number(line, "reasoning", usage.reasoning);
    return line;
  }
  if (chunk.type == SLUICE_CHUNK_TOOL_CALL) line += " index=" + std::to_string(chunk.index);
  else detail::number(line, "index", chunk.index);
  detail::field(line, "id", text(chunk.ref));
  detail::field(line, "name", text(chunk.name));
  if (chunk.text.len) json::quote(line += " ", text(chunk.text));
  if (chunk.extra.len) line += " " + text(chunk.extra);
  return line;
}

inline sluice_error emptyError() noexcept {
  sluice_error error{};
  error.struct_size = sizeof error;
  return error;
}

// A sink that writes down every chunk, and how the operation ended.
class Recorder {
 public:
  Recorder() {
    sink_.struct_size = sizeof sink_;
    sink_.host_data = this;
    sink_.push = push;
    sink_.finish = finish;
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  sluice_sink* sink() noexcept { return &sink_; }
  // What the next pushes answer, then SLUICE_OK: one an element.
  void answer(std::vector<sluice_status> answers) {
    const std::lock_guard<std::mutex> lock(mutex_);
    answers_ = std::move(answers);
    answered_ = 0;
  }
  // One line a chunk, each with its LF; an error that ended the operation is the last line.
  std::string log() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return log_;
  }
  // All text of choice 0.
  std::string said() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return said_;
  }
  std::size_t pushes() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return pushes_;
  }
  int finished() const {  // how often; must end as 1
    const std::lock_guard<std::mutex> lock(mutex_);
    return finished_;
  }

 private:
  static sluice_status push(sluice_sink* sink, const sluice_chunk* chunk) noexcept {
    auto* self = static_cast<Recorder*>(sink->host_data);
    const std::lock_guard<std::mutex> lock(self->mutex_);
    self->log_.append(describe(*chunk)).append("\n");
    if (chunk->type == SLUICE_CHUNK_TEXT && chunk->choice == 0) self->said_ += text(chunk->text);
    ++self->pushes_;
    return self->answered_ < self->answers_.size() ? self->answers_[self->answered_++] : SLUICE_OK;
  }
  static void finish(sluice_sink* sink, const sluice_error* err) noexcept {
    auto* self = static_cast<Recorder*>(sink->host_data);
    const std::lock_guard<std::mutex> lock(self->mutex_);
    if (err) self->log_.append(describe(*err)).append("\n");
    ++self->finished_;
  }

  mutable std::mutex mutex_;
  sluice_sink sink_{};
  std::vector<sluice_status> answers_;
  std::size_t answered_ = 0, pushes_ = 0;
  std::string log_, said_;
  int finished_ = 0;
};

// A field of the request that a codec left out.
struct Dropped {
  std::uint32_t weight;  // SLUICE_DROPPED_*
  std::string field;
};

// The HTTP request that a codec made.
class HttpRequest {
 public:
  HttpRequest() {
    out_.struct_size = sizeof out_;
    out_.host_data = this;
    out_.start = [](sluice_http_out* out, sluice_str method, sluice_str path) {
      of(out).line = text(method) + " " + text(path);
    };
    out_.header = [](sluice_http_out* out, sluice_str name, sluice_str value) {
      of(out).headers.append(text(name)).append(": ").append(text(value)).append("\n");
    };
    out_.secret_header = [](sluice_http_out* out, sluice_str name, sluice_str prefix,
                            sluice_str secret) {
      of(out).headers.append(text(name)).append(": ").append(text(prefix));
      of(out).headers.append("<").append(text(secret)).append(">\n");
    };
    out_.body = [](sluice_http_out* out, sluice_str bytes) {
      of(out).body += text(bytes);
      of(out).pieces.push_back(bytes);
    };
    out_.sign = [](sluice_http_out* out, sluice_str scheme, sluice_str params) {
      of(out).signing = text(scheme) + " " + text(params);
    };
    out_.dropped = [](sluice_http_out* out, std::uint32_t weight, sluice_str field) {
      of(out).dropped.push_back({weight, text(field)});
    };
  }
  HttpRequest(const HttpRequest&) = delete;
  HttpRequest& operator=(const HttpRequest&) = delete;

  sluice_http_out* out() noexcept { return &out_; }
  std::uint32_t framing() const noexcept { return out_.framing; }

  std::string line;     // "POST /chat/completions"
  std::string headers;  // "Name: value\n" each; a secret as <its name>
  std::string body;
  std::vector<sluice_str> pieces;  // as body() was given them
  std::string signing;             // "scheme params"; empty: not to be signed
  std::vector<Dropped> dropped;    // in the order they were told

 private:
  static HttpRequest& of(sluice_http_out* out) noexcept {
    return *static_cast<HttpRequest*>(out->host_data);
  }
  sluice_http_out out_{};
};

// A host with a clock that is turned by hand, and a log that can be read.
class Host {
 public:
  Host() {
    host_ = {sizeof host_, SLUICE_ABI_VERSION, this, "test", "0", extension, log};
    clock_ = {sizeof clock_, 0, monotonic, unixMs};
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const sluice_host* table() const noexcept { return &host_; }
  std::int64_t nowUnixMs = 0;
  std::int64_t nowMonotonicNs = 0;
  std::string logged;

 private:
  static Host& of(const sluice_host* host) noexcept { return *static_cast<Host*>(host->host_data); }
  static const void* extension(const sluice_host* host, const char* id) noexcept {
    return std::strcmp(id, SLUICE_EXT_HOST_CLOCK) == 0 ? &of(host).clock_ : nullptr;
  }
  static void log(const sluice_host* host, std::int32_t level, sluice_str message) noexcept {
    of(host).logged.append(std::to_string(level)).append(" ").append(text(message)).append("\n");
  }
  static std::int64_t monotonic(const sluice_host* host) noexcept {
    return of(host).nowMonotonicNs;
  }
  static std::int64_t unixMs(const sluice_host* host) noexcept { return of(host).nowUnixMs; }

  sluice_host host_{};
  sluice_host_clock clock_{};
};

// The component of that id in the library that the test is linked with. Throws if there is none.
inline const sluice_component& component(const char* id) {
  const sluice_library* library = sluice_plugin_entry(SLUICE_ABI_VERSION);
  if (!library) throw std::runtime_error("the library does not serve this version of the ABI");
  for (std::uint32_t i = 0; i < library->n_components; ++i)
    if (std::strcmp(library->components[i]->id, id) == 0) return *library->components[i];
  throw std::runtime_error(std::string("the library has no component ") + id);
}

// One configured use of a component, destroyed with this object.
class Instance {
 public:
  Instance(const char* id, Host& host, std::string_view config = "{}") : error(emptyError()) {
    const sluice_component& from = component(id);
    instance_ = from.create(&from, host.table(), str("test"), str(config), &error);
  }
  ~Instance() {
    if (!instance_) return;
    if (instance_->retire) instance_->retire(instance_);
    instance_->destroy(instance_);
  }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  explicit operator bool() const noexcept { return instance_ != nullptr; }
  const sluice_instance* get() const noexcept { return instance_; }
  const sluice_codec* codec() const { return table<sluice_codec>(SLUICE_EXT_CODEC); }
  const sluice_direct* direct() const { return table<sluice_direct>(SLUICE_EXT_DIRECT); }
  const sluice_strategy* strategy() const { return table<sluice_strategy>(SLUICE_EXT_STRATEGY); }
  const sluice_memory* memory() const { return table<sluice_memory>(SLUICE_EXT_MEMORY); }

  sluice_error error;  // of create(), if there is no instance

 private:
  template <class Table>
  const Table* table(const char* id) const {
    return static_cast<const Table*>(instance_->get_extension(instance_, id));
  }
  const sluice_instance* instance_ = nullptr;
};

// A chat request. The texts are lent.
inline sluice_request chat(std::string_view model, std::string_view body, bool stream) {
  sluice_request request{};
  request.struct_size = sizeof request;
  request.op = SLUICE_OP_CHAT;
  request.flags = stream ? std::uint32_t{SLUICE_REQ_STREAM} : 0u;
  request.id = 1;
  request.model = str(model);
  request.dialect = str("sluice.chat/1");
  request.body = str(body);
  return request;
}
// A request to count the tokens of a chat request. The texts are lent.
inline sluice_request count(std::string_view model, std::string_view body) {
  sluice_request request = chat(model, body, false);
  request.op = SLUICE_OP_COUNT;
  return request;
}
// A request of another operation, for example SLUICE_OP_SEARCH with {"query": "rivers"}.
inline sluice_request request(std::uint32_t op, std::string_view body) {
  sluice_request made{};
  made.struct_size = sizeof made;
  made.op = op;
  made.id = 1;
  made.body = str(body);
  return made;
}
inline sluice_request models() { return request(SLUICE_OP_MODELS, {}); }

// The HTTP request that a codec makes: "POST /path", its headers and a blank line, a line each,
// then its body. A secret is <its name>. An error is one line.
inline std::string encode(const Instance& instance, const sluice_request& request) {
  HttpRequest http;
  sluice_error error = emptyError();
  if (instance.codec()->encode(instance.get(), &request, http.out(), &error) != SLUICE_OK)
    return describe(error) + "\n";
  return http.line + "\n" + http.headers + "\n" + http.body;
}

// A healthy candidate for rank(); change what a test is about. The texts are lent.
inline sluice_candidate candidate(std::string_view target, std::string_view model = "m") {
  sluice_candidate made{};
  made.struct_size = sizeof made;
  made.flags = SLUICE_CAND_HEALTHY;
  made.target = str(target);
  made.model = str(model);
  made.weight = 1;
  made.labels = str("{}");
  return made;
}

// The targets in the order that a strategy gives them, each with a space behind it. An error is one
// line.
inline std::string rank(const Instance& instance, const std::vector<sluice_candidate>& candidates,
                        const sluice_request& request = chat("m", "{}", false)) {
  std::vector<const sluice_candidate*> list;
  list.reserve(candidates.size());
  for (const sluice_candidate& one : candidates) list.push_back(&one);
  std::vector<std::uint32_t> order(list.size());
  std::size_t ordered = 0;
  sluice_error error = emptyError();
  if (instance.strategy()->rank(instance.get(), &request, list.data(), list.size(), order.data(),
                                &ordered, &error) != SLUICE_OK)
    return describe(error) + "\n";
  std::string names;
  for (std::size_t i = 0; i < ordered; ++i) names += text(candidates.at(order[i]).target) + " ";
  return names;
}

// Gives a memory an exchange. Empty: it was taken; else the error, as one line.
inline std::string remember(const Instance& instance, std::string_view exchange) {
  sluice_error error = emptyError();
  const sluice_status status = instance.memory()->remember(instance.get(), str(exchange), &error);
  return status == SLUICE_OK ? std::string() : describe(error) + "\n";
}

// Runs an operation of a direct component that neither pauses nor uses threads, to its end. What
// came, as Recorder::log(); an error of start() is a line too.
inline std::string run(const Instance& instance, const sluice_request& request) {
  Recorder recorder;
  void* call = nullptr;
  sluice_error error = emptyError();
  const sluice_direct* direct = instance.direct();
  if (direct->start(instance.get(), &request, recorder.sink(), &call, &error) != SLUICE_OK)
    return recorder.log() + describe(error) + "\n";
  if (recorder.finished() != 1) throw std::runtime_error("the operation has not finished");
  if (direct->release) direct->release(call);
  return recorder.log();
}

struct Frame {
  std::string event, data;
};

// Decodes an answer that was cut into frames. What came, as Recorder::log().
inline std::string decode(const sluice_instance* instance, const sluice_codec* codec,
                          const sluice_request& request, std::uint32_t status,
                          const std::vector<sluice_kv>& headers, const std::vector<Frame>& frames) {
  Recorder recorder;
  void* decoder = nullptr;
  sluice_error error = emptyError();
  sluice_status result =
      codec->open(instance, &request, status, headers.data(), headers.size(), &decoder, &error);
  if (result != SLUICE_OK) return describe(error) + "\n";
  for (const Frame& frame : frames) {
    result = codec->frame(decoder, str(frame.event), str(frame.data), recorder.sink(), &error);
    if (result != SLUICE_OK) break;
  }
  if (result == SLUICE_OK) result = codec->end(decoder, recorder.sink(), &error);
  codec->close(decoder);
  return recorder.log() + (result == SLUICE_OK ? std::string() : describe(error) + "\n");
}
inline std::string decode(const Instance& instance, const sluice_request& request,
                          std::uint32_t status, const std::vector<sluice_kv>& headers,
                          const std::vector<Frame>& frames) {
  return decode(instance.get(), instance.codec(), request, status, headers, frames);
}

}  // namespace sluice::testing
