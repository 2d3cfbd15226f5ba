// sluice/core.hpp: what every face of a plugin shares: strings, errors, the request, the host and
// the sink. Nothing here is part of the ABI; sluice/plugin.h is.
// Threads: plain values and thin views; a view holds as long as what it was made from.
#pragma once

#include <sluice/plugin.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {

inline sluice_str str(std::string_view text) noexcept { return {text.data(), text.size()}; }
inline std::string_view view(sluice_str text) noexcept {
  return text.ptr ? std::string_view(text.ptr, text.len) : std::string_view();
}

// The one exception a plugin throws on purpose, from any function that the host called; it
// becomes the sluice_error of that call. Anything else that is thrown becomes SLUICE_INTERNAL.
struct Error : std::exception {
  Error(sluice_status statusCode, std::string text, std::uint32_t why = SLUICE_REASON_NONE)
      : code(statusCode), reason(why), message(std::move(text)) {}
  const char* what() const noexcept override { return message.c_str(); }

  sluice_status code;
  std::uint32_t reason;             // SLUICE_REASON_*
  bool retryable = false;           // another try or another candidate may succeed
  std::uint32_t retryAfterMs = 0;   // 0: unknown
  std::uint32_t httpStatus = 0;     // the upstream's; 0: none
  std::string message;              // for the client, without secrets
  std::string type, symbol, param;  // error.type, error.code and error.param of the upstream
};

namespace detail {

// The size of the UTF-8 sequence at the front of a text that is not empty; 0 if there is none.
inline std::size_t utf8Size(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const std::size_t size = lead < 0x80                    ? 1
                           : lead >= 0xC2 && lead <= 0xDF ? 2
                           : lead >= 0xE0 && lead <= 0xEF ? 3
                           : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                          : 0;
  if (size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xC0u) != 0x80u) return 0;
  // Too long a form, half of a surrogate pair, or beyond U+10FFFF.
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ||
      (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F))
    return 0;
  return size;
}

// Copies what fits, never half a UTF-8 sequence; NUL becomes a space, a byte that is no UTF-8 `?`.
template <std::size_t N>
void copyText(char (&to)[N], std::string_view from) noexcept {
  std::size_t n = 0;
  for (std::size_t size = 0; !from.empty(); from.remove_prefix(size)) {
    const std::size_t sequence = utf8Size(from);
    size = sequence ? sequence : 1;
    if (n + size >= N) break;
    if (sequence > 1) std::memcpy(to + n, from.data(), sequence);
    else to[n] = sequence == 0 ? '?' : from[0] ? from[0] : ' ';
    n += size;
  }
  to[n] = '\0';
}

inline sluice_status fill(sluice_error* to, const Error& from) noexcept {
  to->code = from.code == SLUICE_OK ? SLUICE_UNKNOWN : from.code;
  to->reason = from.reason;
  to->retryable = from.retryable ? 1 : 0;
  to->retry_after_ms = from.retryAfterMs;
  to->http_status = from.httpStatus;
  copyText(to->message, from.message);
  copyText(to->type, from.type);
  copyText(to->symbol, from.symbol);
  copyText(to->param, from.param);
  return to->code;
}
inline sluice_status fill(sluice_error* to, sluice_status code, std::string_view message) noexcept {
  to->code = code;
  copyText(to->message, message);
  return code;
}

// Every call from the host passes here: what `work` throws becomes *err and a status.
template <class Work>
sluice_status guard(sluice_error* err, Work&& work) noexcept {
  try {
    std::forward<Work>(work)();
    return SLUICE_OK;
  } catch (const Error& error) {
    return fill(err, error);
  } catch (const std::bad_alloc&) {
    return fill(err, SLUICE_RESOURCE_EXHAUSTED, "the plugin is out of memory");
  } catch (const std::exception& error) {
    return fill(err, SLUICE_INTERNAL, error.what());
  } catch (...) {
    return fill(err, SLUICE_INTERNAL, "the plugin threw something that is no std::exception");
  }
}

// What a function of the author's made. Throws if that is nothing.
template <class Made>
std::unique_ptr<Made> given(std::unique_ptr<Made> made, const char* function) {
  if (!made)
    throw Error(SLUICE_INTERNAL, std::string("the plugin's ") + function + " gave nothing");
  return made;
}

}  // namespace detail

// What is asked. Lent: views into it end when the ABI says that the request ends.
class Request {
 public:
  explicit Request(const sluice_request& request) noexcept : request_(&request) {}

  std::uint32_t op() const noexcept { return request_->op; }  // SLUICE_OP_*
  bool stream() const noexcept { return (request_->flags & SLUICE_REQ_STREAM) != 0; }
  std::uint64_t id() const noexcept { return request_->id; }
  std::int64_t deadlineNs() const noexcept { return request_->deadline_ns; }
  std::string_view model() const noexcept { return view(request_->model); }
  std::string_view dialect() const noexcept { return view(request_->dialect); }
  std::string_view body() const noexcept { return view(request_->body); }
  // Throws SLUICE_UNIMPLEMENTED, for the ops that a component does not serve.
  [[noreturn]] void refuse() const {
    throw Error(SLUICE_UNIMPLEMENTED,
                "this component does not serve operation " + std::to_string(request_->op));
  }
  const sluice_request& raw() const noexcept { return *request_; }

 private:
  const sluice_request* request_;
};

// The host: its log and its tables. A copy may be kept as long as the instance lives.
class Host {
 public:
  Host() = default;
  explicit Host(const sluice_host* host) noexcept : host_(host) {}

  void debug(std::string_view message) const noexcept { log(0, message); }
  void info(std::string_view message) const noexcept { log(1, message); }
  void warning(std::string_view message) const noexcept { log(2, message); }
  void error(std::string_view message) const noexcept { log(3, message); }

  // A host table by its id, for example extension<sluice_host_clock>(SLUICE_EXT_HOST_CLOCK).
  // NULL if the host has none; one named in `requires_ext` is always there.
  template <class Table>
  const Table* extension(const char* id) const noexcept {
    return host_ ? static_cast<const Table*>(host_->get_extension(host_, id)) : nullptr;
  }
  const sluice_host* raw() const noexcept { return host_; }

 private:
  void log(std::int32_t level, std::string_view message) const noexcept {
    if (host_) host_->log(host_, level, str(message));
  }
  const sluice_host* host_ = nullptr;
};

// The host's clock table, if it has one: test hosts turn it by hand.
class Clock {
 public:
  explicit Clock(Host host) noexcept
      : host_(host), table_(host.extension<sluice_host_clock>(SLUICE_EXT_HOST_CLOCK)) {}

  explicit operator bool() const noexcept { return table_ != nullptr; }
  // Only if there is one.
  std::int64_t monotonicNs() const noexcept { return table_->monotonic_ns(host_.raw()); }
  // The system's, to the second, if there is none.
  std::int64_t unixMs() const noexcept {
    return table_ ? table_->unix_ms(host_.raw()) : std::int64_t{std::time(nullptr)} * 1000;
  }

 private:
  Host host_;
  const sluice_host_clock* table_;
};

// Where results go, one function a kind of chunk; the host copies. Lent: not to be kept beyond
// the call it came with. Each answers SLUICE_OK, SLUICE_PAUSE or SLUICE_CANCELLED.
class Sink {
 public:
  // `cancelled`: if given, set by a push that was answered so; nothing is pushed any more then.
  explicit Sink(sluice_sink* sink, bool* cancelled = nullptr) noexcept
      : sink_(sink), cancelled_(cancelled) {}

  sluice_status start(std::string_view responseId, std::string_view model) const noexcept {
    sluice_chunk chunk = make(SLUICE_CHUNK_START);
    chunk.ref = str(responseId);
    chunk.name = str(model);
    return push(chunk);
  }
  sluice_status text(std::string_view delta, std::uint32_t choice = 0) const noexcept {
    return pushText(SLUICE_CHUNK_TEXT, delta, choice, {});
  }
  sluice_status reasoning(std::string_view delta, std::uint32_t choice = 0,
                          std::string_view extra = {}) const noexcept {
    return pushText(SLUICE_CHUNK_REASONING, delta, choice, extra);
  }
  sluice_status refusal(std::string_view delta, std::uint32_t choice = 0) const noexcept {
    return pushText(SLUICE_CHUNK_REFUSAL, delta, choice, {});
  }
  // `id` and `name` on the first chunk of a call, empty afterwards.
  sluice_status toolCall(std::uint32_t index, std::string_view id, std::string_view name,
                         std::string_view arguments, std::uint32_t choice = 0) const noexcept {
    sluice_chunk chunk = make(SLUICE_CHUNK_TOOL_CALL);
    chunk.choice = choice;
    chunk.index = index;
    chunk.ref = str(id);
    chunk.name = str(name);
    chunk.text = str(arguments);
    return push(chunk);
  }
  // reason: stop, length, tool_calls or content_filter.
  sluice_status finishReason(std::string_view reason, std::uint32_t choice = 0) const noexcept {
    sluice_chunk chunk = make(SLUICE_CHUNK_FINISH);
    chunk.choice = choice;
    chunk.name = str(reason);
    return push(chunk);
  }
  sluice_status usage(sluice_usage usage) const noexcept {
    usage.struct_size = sizeof usage;
    sluice_chunk chunk = make(SLUICE_CHUNK_USAGE);
    chunk.usage = &usage;
    return push(chunk);
  }
  sluice_status usage(std::uint64_t input, std::uint64_t output) const noexcept {
    sluice_usage totals{};
    totals.input = input;
    totals.output = output;
    return usage(totals);
  }
  sluice_status item(std::string_view text, std::string_view title, std::string_view uri,
                     double score, std::string_view extra = {}) const noexcept {
    sluice_chunk chunk = make(SLUICE_CHUNK_ITEM);
    chunk.text = str(text);
    chunk.name = str(title);
    chunk.ref = str(uri);
    chunk.score = score;
    chunk.extra = str(extra);
    return push(chunk);
  }
  sluice_status message(std::string_view json) const noexcept {
    sluice_chunk chunk = make(SLUICE_CHUNK_MESSAGE);
    chunk.extra = str(json);
    return push(chunk);
  }
  sluice_status json(std::string_view answer) const noexcept {
    sluice_chunk chunk = make(SLUICE_CHUNK_JSON);
    chunk.extra = str(answer);
    return push(chunk);
  }
  // The answer to SLUICE_OP_COUNT.
  sluice_status inputTokens(std::uint64_t count) const noexcept {
    char answer[48];
    std::snprintf(answer, sizeof answer, R"({"input_tokens":%llu})",
                  static_cast<unsigned long long>(count));
    return json(answer);
  }
  sluice_status push(const sluice_chunk& chunk) const noexcept {
    if (cancelled_ && *cancelled_) return SLUICE_CANCELLED;
    const sluice_status answer = sink_->push(sink_, &chunk);
    if (cancelled_ && answer == SLUICE_CANCELLED) *cancelled_ = true;
    return answer;
  }
  // A chunk of a type, otherwise empty, for push().
  static sluice_chunk make(std::uint32_t type) noexcept {
    sluice_chunk chunk{};
    chunk.struct_size = sizeof chunk;
    chunk.type = type;
    return chunk;
  }
  sluice_sink* raw() const noexcept { return sink_; }

 private:
  sluice_status pushText(std::uint32_t type, std::string_view text, std::uint32_t choice,
                         std::string_view extra) const noexcept {
    sluice_chunk chunk = make(type);
    chunk.choice = choice;
    chunk.text = str(text);
    chunk.extra = str(extra);
    return push(chunk);
  }
  sluice_sink* sink_;
  bool* cancelled_;
};

}  // namespace sluice
