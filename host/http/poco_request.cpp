#include "http/poco_request.hpp"

#include <utility>

#include "http/exchange.hpp"

namespace sluice::http {

PocoRequest::PocoRequest(Exchange& exchange, Poco::Net::HTTPServerResponse& response)
    : id_(exchange.requestId()),
      pathRest_(exchange.pathRest()),
      body_(std::move(exchange.body())),
      stream_(body_.data(), static_cast<std::streamsize>(body_.size())),
      client_(exchange.peer()),
      server_(exchange.local()),
      params_(new Poco::Net::HTTPServerParams),
      response_(response),
      secure_(exchange.secure()) {
  const wire::RequestHead& head = exchange.head();
  setMethod(std::string(head.method));
  setURI(std::string(head.target));
  setVersion(head.minorVersion > 0 ? HTTP_1_1 : HTTP_1_0);
  for (const wire::Field& field : head.fields.all()) {
    add(std::string(field.name), std::string(field.value));
  }
}

const PocoRequest& PocoRequest::of(const Poco::Net::HTTPServerRequest& request) {
  return dynamic_cast<const PocoRequest&>(request);
}

}  // namespace sluice::http
