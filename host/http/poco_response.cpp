#include "http/poco_response.hpp"

#include <Poco/FileStream.h>
#include <Poco/StreamCopier.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "wire/chars.hpp"
#include "wire/write.hpp"

namespace sluice::http {

namespace {

// Fields that are the connection's business.
bool isOfConnection(std::string_view name) {
  constexpr std::array<std::string_view, 6> names{
      "content-type", "content-length", "date", "transfer-encoding", "connection", "keep-alive"};
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view one) { return text::equalsIgnoringCase(one, name); });
}

}  // namespace

StringBuffer::int_type StringBuffer::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  const char byte = traits_type::to_char_type(c);
  return xsputn(&byte, 1) == 1 ? c : traits_type::eof();
}

std::streamsize StringBuffer::xsputn(const char* bytes, std::streamsize size) {
  const auto wanted = static_cast<std::size_t>(size);
  if (wanted > limit_ - text_.size()) {
    overflown_ = true;
    return 0;
  }
  text_.append(bytes, wanted);
  return size;
}

PocoResponse::PocoResponse() : buffer_(kMaxBody), stream_(&buffer_) {}

std::ostream& PocoResponse::send() {
  sent_ = true;
  return stream_;
}

void PocoResponse::sendFile(const std::string& path, const std::string& mediaType) {
  Poco::FileInputStream file(path);
  setContentType(mediaType);
  Poco::StreamCopier::copyStream(file, send());
}

void PocoResponse::sendBuffer(const void* bytes, std::size_t size) {
  send().write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
}

void PocoResponse::redirect(const std::string& uri, HTTPStatus status) {
  setStatusAndReason(status);
  set("Location", uri);
  sent_ = true;
}

void PocoResponse::requireAuthentication(const std::string& realm) {
  setStatusAndReason(HTTP_UNAUTHORIZED);
  set("WWW-Authenticate", "Basic realm=\"" + realm + "\"");
}

std::string_view PocoResponse::fault() const {
  if (!sent_) return "the handler sent no answer";
  if (buffer_.overflown()) return "the handler's answer is larger than allowed";
  for (const auto& [name, value] : *this) {
    if (!wire::isToken(name) || !wire::isFieldValue(value)) {
      return "the handler set a field that cannot be sent";
    }
  }
  return {};
}

std::string PocoResponse::fields() const {
  std::string lines;
  for (const auto& [name, value] : *this) {
    if (!isOfConnection(name)) wire::appendField(lines, name, value);
  }
  return lines;
}

}  // namespace sluice::http
