#include "plugins/http_out.hpp"

#include <algorithm>
#include <array>

#include "base/json_fault.hpp"
#include "base/text.hpp"
#include "plugins/abi.hpp"
#include "plugins/clean_text.hpp"
#include "wire/chars.hpp"

namespace sluice::plugins {

namespace {

constexpr std::size_t kLongestShown = 200;
constexpr std::size_t kMostParams = 16 << 10;  // bytes of what a signature needs to know
constexpr std::size_t kUsualFields = 256;      // bytes; spares most requests a string that grows
constexpr std::size_t kMostDropped = 64;       // fields that are told to the client
constexpr std::array<std::string_view, 2> kSchemes = {"aws.sigv4", "google.service-account"};

bool isPath(std::string_view text) {
  return text.starts_with('/') && wire::allIn(text, wire::targetChar);
}

// Fields that frame the message or belong to the connection: the host's alone.
bool isHosts(std::string_view name) {
  constexpr std::array<std::string_view, 14> kNames = {"host",
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
  return std::ranges::any_of(
      kNames, [&](std::string_view known) { return text::equalsIgnoringCase(known, name); });
}

bool isJsonObject(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != text.npos && text[first] == '{' && json::describeFault(text).empty();
}

}  // namespace

HttpOut::HttpOut(std::string_view label, std::string_view requestBody, std::string_view key,
                 Encoded& into) noexcept
    : table_{}, label_(label), requestBody_(requestBody), key_(key), into_(into) {
  table_.struct_size = sizeof table_;
  table_.framing = SLUICE_FRAME_WHOLE;
  table_.host_data = this;
  table_.start = [](sluice_http_out* out, sluice_str method, sluice_str path) noexcept {
    of(out).start(abi::view(method), abi::view(path));
  };
  table_.header = [](sluice_http_out* out, sluice_str name, sluice_str value) noexcept {
    of(out).header(abi::view(name), abi::view(value), {});
  };
  table_.secret_header = [](sluice_http_out* out, sluice_str name, sluice_str prefix,
                            sluice_str secret) noexcept {
    of(out).secretHeader(abi::view(name), abi::view(prefix), abi::view(secret));
  };
  table_.body = [](sluice_http_out* out, sluice_str bytes) noexcept {
    of(out).body(abi::view(bytes));
  };
  table_.sign = [](sluice_http_out* out, sluice_str scheme, sluice_str params) noexcept {
    of(out).sign(abi::view(scheme), abi::view(params));
  };
  table_.dropped = [](sluice_http_out* out, std::uint32_t weight, sluice_str field) noexcept {
    of(out).dropped(weight, abi::view(field));
  };
  into_.method.clear();
  into_.path.clear();
  into_.fields.clear();
  into_.body.clear();
  into_.bodyIsRequest = false;
  into_.signing.scheme.clear();
  into_.signing.params.clear();
  into_.dropped.clear();
}

void HttpOut::start(std::string_view method, std::string_view path) {
  if (started_) return fail("began its HTTP request twice");
  started_ = true;
  if (!wire::isToken(method) || method == "CONNECT")
    return fail("gave a method that is none", method);
  if (!isPath(path)) {
    return fail("gave a path that does not begin with / or holds what no path may", path);
  }
  into_.method = method;
  into_.path = path;
  into_.fields.reserve(kUsualFields);
}

void HttpOut::header(std::string_view name, std::string_view value, std::string_view secret) {
  if (!wire::isToken(name)) return fail("gave a header name that is none", name);
  if (isHosts(name)) return fail("set a header that is the host's alone", name);
  if (!wire::isFieldValue(value))
    return fail("gave a header a value that no header may have", name);
  into_.fields.append(name).append(": ").append(value).append(secret).append("\r\n");
}

void HttpOut::secretHeader(std::string_view name, std::string_view prefix,
                           std::string_view secret) {
  if (secret != "key") return fail("named a secret that this host does not have", secret);
  secret_ = true;
  if (!wire::isFieldValue(key_)) {
    if (fault_) return;
    fault_ = abi::misbehaved(label_, {});
    fault_->message = std::string(label_) + ": the key holds a character that no header may have";
    return;
  }
  if (!key_.empty()) header(name, prefix, key_);
}

void HttpOut::body(std::string_view bytes) {
  const bool first = into_.body.empty() && !into_.bodyIsRequest;
  if (first && bytes.data() == requestBody_.data() && bytes.size() == requestBody_.size()) {
    into_.bodyIsRequest = true;
    return;
  }
  if (into_.bodyIsRequest) {
    into_.bodyIsRequest = false;
    into_.body = requestBody_;
  }
  into_.body += bytes;
}

void HttpOut::sign(std::string_view scheme, std::string_view params) {
  if (signed_) return fail("asked twice for a signature");
  signed_ = true;
  if (std::ranges::find(kSchemes, scheme) == kSchemes.end()) {
    return fail("asked for a signature that this host does not know", scheme);
  }
  if (params.size() > kMostParams || !isJsonObject(params)) {
    return fail("asked for a signature with what is no JSON object of at most 16 KiB");
  }
  if (key_.empty()) return;
  into_.signing.scheme = scheme;
  into_.signing.params = params;
}

// Of more fields than are told, one whose loss changes the answer's meaning is still noted.
void HttpOut::dropped(std::uint32_t weight, std::string_view field) {
  Dropped told{cleaned(field, kLongestShown), weight != SLUICE_DROPPED_HINT};
  if (told.field.empty()) return fail("left out a field of the request without naming it");
  std::vector<Dropped>& all = into_.dropped;
  const auto known = std::ranges::find(all, told.field, &Dropped::field);
  if (known != all.end()) {
    known->meaning = known->meaning || told.meaning;
    return;
  }
  const bool first = told.meaning && std::ranges::none_of(all, &Dropped::meaning);
  if (all.size() < kMostDropped || first) all.push_back(std::move(told));
}

void HttpOut::fail(std::string_view what, std::string_view shown) {
  if (fault_) return;
  fault_ = abi::misbehaved(label_, what);
  if (!shown.empty()) fault_->message += ": \"" + cleaned(shown, kLongestShown) + '"';
}

std::optional<Fault> HttpOut::finish() {
  if (!started_) fail("gave no method and path");
  if (secret_ && signed_) fail("asked for a signature beside a header with the key");
  if (table_.framing > SLUICE_FRAME_EVENTS) {
    fail("asked for framing " + std::to_string(table_.framing) + ", which this host does not know");
  }
  if (fault_) return std::move(fault_);
  into_.framing = static_cast<Framing>(table_.framing);
  return std::nullopt;
}

}  // namespace sluice::plugins
