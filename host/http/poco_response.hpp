// PocoResponse: the answer of a Poco handler, put together in memory. What it sends is sent by the
// connection when the handler has returned.
// Threads: that of the handler.
#pragma once

#include <Poco/Net/HTTPServerResponse.h>

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace sluice::http {

// Appends to a string up to a limit; beyond it, writing fails.
class StringBuffer : public std::streambuf {
 public:
  explicit StringBuffer(std::size_t limit) noexcept : limit_(limit) {}
  std::string& text() noexcept { return text_; }
  bool overflown() const noexcept { return overflown_; }

 protected:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* bytes, std::streamsize size) override;

 private:
  std::size_t limit_;
  std::string text_;
  bool overflown_ = false;
};

class PocoResponse final : public Poco::Net::HTTPServerResponse {
 public:
  static constexpr std::size_t kMaxBody = 16 << 20;  // bytes; one that is larger fails the request

  PocoResponse();

  void sendContinue() override {}  // has been sent, if it was asked for
  std::ostream& send() override;
  // Throws FileNotFoundException or OpenFileException, as in Poco.
  void sendFile(const std::string& path, const std::string& mediaType) override;
  void sendBuffer(const void* bytes, std::size_t size) override;
  void redirect(const std::string& uri, HTTPStatus status = HTTP_FOUND) override;
  void requireAuthentication(const std::string& realm) override;
  bool sent() const override { return sent_; }

  // For who sends it. What is wrong with the answer; empty: nothing.
  std::string_view fault() const;
  // The fields that are the handler's business, "Name: value\r\n" each, without Content-Type.
  std::string fields() const;
  std::string& body() noexcept { return buffer_.text(); }

 private:
  StringBuffer buffer_;
  std::ostream stream_;
  bool sent_ = false;
};

}  // namespace sluice::http
