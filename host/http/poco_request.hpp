// PocoRequest: a request as Poco handlers know it, with everything copied: it may outlive its
// connection. Fields are handed on as they came; Poco's own parser has no part in it.
// Threads: made on the loop's, then used by one other.
#pragma once

#include <Poco/MemoryStream.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/SocketAddress.h>

#include <string>

namespace sluice::http {

class Exchange;

class PocoRequest final : public Poco::Net::HTTPServerRequest {
 public:
  // Takes the body out of `exchange`. `response` must outlive it.
  PocoRequest(Exchange& exchange, Poco::Net::HTTPServerResponse& response);

  // The request behind a reference that a handler is given.
  static const PocoRequest& of(const Poco::Net::HTTPServerRequest& request);

  const std::string& requestId() const noexcept { return id_; }
  const std::string& pathRest() const noexcept { return pathRest_; }  // what {id...} took
  const std::string& body() const noexcept { return body_; }

  std::istream& stream() override { return stream_; }
  const Poco::Net::SocketAddress& clientAddress() const override { return client_; }
  const Poco::Net::SocketAddress& serverAddress() const override { return server_; }
  const Poco::Net::HTTPServerParams& serverParams() const override { return *params_; }
  Poco::Net::HTTPServerResponse& response() const override { return response_; }
  bool secure() const override { return secure_; }

 private:
  std::string id_;
  std::string pathRest_;
  std::string body_;
  Poco::MemoryInputStream stream_;
  Poco::Net::SocketAddress client_;
  Poco::Net::SocketAddress server_;
  Poco::Net::HTTPServerParams::Ptr params_;
  Poco::Net::HTTPServerResponse& response_;
  bool secure_;
};

}  // namespace sluice::http
