// sluice/codec.hpp: the face of "sluice.codec/1": requests into HTTP, answers into chunks, no I/O.
// Threads: Codec's functions are called from any thread, several at a time, and never wait; the
// functions of one Decoder never overlap.
#pragma once

#include <memory>
#include <sluice/core.hpp>

namespace sluice {

// The HTTP request that encode() writes. Lent; every call copies.
class HttpOut {
 public:
  explicit HttpOut(sluice_http_out* out) noexcept : out_(out) {}

  // First. `path` is below the provider's base URL and begins with `/`.
  HttpOut& start(std::string_view method, std::string_view path) {
    out_->start(out_, str(method), str(path));
    return *this;
  }
  HttpOut& get(std::string_view path) { return start("GET", path); }
  HttpOut& post(std::string_view path) { return start("POST", path); }

  HttpOut& header(std::string_view name, std::string_view value) {
    out_->header(out_, str(name), str(value));
    return *this;
  }
  // The host adds prefix + secret; a provider without keys sends no such header.
  HttpOut& secretHeader(std::string_view name, std::string_view prefix = {},
                        std::string_view secret = "key") {
    out_->secret_header(out_, str(name), str(prefix), str(secret));
    return *this;
  }
  HttpOut& bearer(std::string_view secret = "key") {
    return secretHeader("Authorization", "Bearer ", secret);
  }
  // The host signs the request with the provider's key; once, and without secretHeader(). `params`
  // is a JSON object: sluice/plugin.h tells the schemes and what they need.
  HttpOut& sign(std::string_view scheme, std::string_view params) {
    out_->sign(out_, str(scheme), str(params));
    return *this;
  }
  // A field of the request that the upstream cannot express and that is left out, for example
  // `messages[2].content[1].audio`. weight: SLUICE_DROPPED_*, what the answer loses with it.
  HttpOut& dropped(std::string_view field, std::uint32_t weight = SLUICE_DROPPED_HINT) {
    out_->dropped(out_, weight, str(field));
    return *this;
  }
  // Appends. Given the request's own body, once and whole, the host sends it without a copy.
  HttpOut& body(std::string_view bytes) {
    out_->body(out_, str(bytes));
    return *this;
  }
  HttpOut& json(std::string_view bytes) {
    return header("Content-Type", "application/json").body(bytes);
  }
  // How the host cuts a 2xx body: SLUICE_FRAME_*.
  HttpOut& framing(std::uint32_t frames) {
    out_->framing = frames;
    return *this;
  }
  HttpOut& lines() { return framing(SLUICE_FRAME_LINES); }
  HttpOut& sse() { return header("Accept", "text/event-stream").framing(SLUICE_FRAME_SSE); }
  HttpOut& events() {
    return header("Accept", "application/vnd.amazon.eventstream").framing(SLUICE_FRAME_EVENTS);
  }

 private:
  sluice_http_out* out_;
};

// The headers of an answer. Lent until open() returns.
class Headers {
 public:
  Headers(const sluice_kv* fields, std::size_t count) noexcept : fields_(fields), count_(count) {}

  const sluice_kv* begin() const noexcept { return fields_; }
  const sluice_kv* end() const noexcept { return fields_ + count_; }
  // The first of that name, ASCII case aside; empty if there is none.
  std::string_view find(std::string_view name) const noexcept {
    for (const sluice_kv& field : *this)
      if (sameName(view(field.key), name)) return view(field.value);
    return {};
  }

 private:
  static bool sameName(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    for (std::size_t i = 0; i < a.size(); ++i)
      if (lower(a[i]) != lower(b[i])) return false;
    return true;
  }
  const sluice_kv* fields_;
  std::size_t count_;
};

// The head of an answer. Lent until open() returns.
struct Response {
  int status;
  Headers headers;
  bool ok() const noexcept { return status >= 200 && status < 300; }
};

namespace detail {
template <class Object>
struct CodecTable;
}

// Turns one answer's frames into chunks. To fail is to throw; nothing but the destructor follows.
// Once nobody reads any more, pushes are dropped here: a decoder need not look at their answers.
class Decoder {
 public:
  virtual ~Decoder() = default;
  // One event (`event` is its name), line, piece of bytes or whole body, as encode() asked. A body
  // that is not 2xx comes whole, and is to be thrown as the Error that it means.
  virtual void frame(std::string_view event, std::string_view data, Sink sink) = 0;
  // The body ended in order. To be thrown here: that something is missing.
  virtual void end(Sink sink) = 0;

 private:
  template <class>
  friend struct detail::CodecTable;
  bool cancelled_ = false;  // as a push was answered
};

class Codec {
 public:
  virtual ~Codec() = default;
  virtual void encode(const Request& request, HttpOut out) const = 0;
  virtual std::unique_ptr<Decoder> open(const Request& request, const Response& response) const = 0;
};

namespace detail {

template <class Object>
const Object& of(const sluice_instance* instance) noexcept {
  return *static_cast<const Object*>(instance->plugin_data);
}

template <class Object>
struct CodecTable {
  static sluice_status encode(const sluice_instance* self, const sluice_request* request,
                              sluice_http_out* out, sluice_error* err) noexcept {
    return guard(err, [&] { of<Object>(self).encode(Request(*request), HttpOut(out)); });
  }
  static sluice_status open(const sluice_instance* self, const sluice_request* request,
                            std::uint32_t status, const sluice_kv* headers, std::size_t count,
                            void** decoder, sluice_error* err) noexcept {
    return guard(err, [&] {
      const Response response{static_cast<int>(status), Headers(headers, count)};
      *decoder = given(of<Object>(self).open(Request(*request), response), "open()").release();
    });
  }
  static sluice_status frame(void* decoder, sluice_str event, sluice_str data, sluice_sink* sink,
                             sluice_error* err) noexcept {
    auto* of = static_cast<Decoder*>(decoder);
    return guard(err, [&] { of->frame(view(event), view(data), Sink(sink, &of->cancelled_)); });
  }
  static sluice_status end(void* decoder, sluice_sink* sink, sluice_error* err) noexcept {
    auto* of = static_cast<Decoder*>(decoder);
    return guard(err, [&] { of->end(Sink(sink, &of->cancelled_)); });
  }
  static void close(void* decoder) noexcept { delete static_cast<Decoder*>(decoder); }

  static constexpr sluice_codec table{sizeof(sluice_codec), 0, encode, open, frame, end, close};
};

}  // namespace detail
}  // namespace sluice
