#include "http/poco_handler.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "http/exchange.hpp"
#include "http/poco_request.hpp"
#include "http/poco_response.hpp"

namespace sluice::http {

namespace {

// One request for a Poco handler. Owns all that the handler touches.
class Job {
 public:
  explicit Job(Exchange& exchange) : request_(exchange, response_) {}

  void run(const PocoFactory& factory) {
    const std::unique_ptr<Poco::Net::HTTPRequestHandler> handler = factory(request_);
    if (handler == nullptr) throw std::logic_error("there is no handler for the request");
    handler->handleRequest(request_, response_);
    const std::string_view fault = response_.fault();
    if (!fault.empty()) throw std::runtime_error(std::string(fault));
  }

  io::Task<void> send(Exchange& exchange) {
    const std::string fields = response_.fields();
    const std::string& type = response_.getContentType();
    static_cast<void>(
        co_await exchange.answer(response_.getStatus(), type, fields, response_.body()));
  }

 private:
  PocoResponse response_;
  PocoRequest request_;
};

}  // namespace

PocoHandler::PocoHandler(PocoFactory factory)
    : factory_(std::make_shared<const PocoFactory>(std::move(factory))) {}

PocoHandler::PocoHandler(PocoFactory factory, io::WorkerPool& workers)
    : factory_(std::make_shared<const PocoFactory>(std::move(factory))), workers_(&workers) {}

io::Task<void> PocoHandler::handle(Exchange& exchange, io::CancelToken left) {
  const auto job = std::make_shared<Job>(exchange);
  if (workers_ == nullptr) {
    job->run(*factory_);
  } else {
    const auto work = [job, factory = factory_] { job->run(*factory); };
    const io::Until until{io::kNever, left};  // how long a handler may take is its own business
    const auto done = co_await io::offload(*workers_, exchange.loop(), until, work);
    if (done.status == io::Status::busy) {
      const Answer busy = unavailableAnswer("busy", "There is too much to do; try again.");
      static_cast<void>(co_await exchange.answer(busy));
    }
    if (done.status != io::Status::ok) co_return;
  }
  co_await job->send(exchange);
}

}  // namespace sluice::http
