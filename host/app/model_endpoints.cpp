#include "app/model_endpoints.hpp"

#include "app/anthropic_models.hpp"
#include "app/loop_unit.hpp"
#include "app/model_list.hpp"
#include "app/refusal.hpp"
#include "http/exchange.hpp"

namespace sluice::app {

namespace {

// Clients of Anthropic's API say its version, or send their key as it is sent there.
bool asksAsAnthropic(const wire::Fields& fields) {
  if (fields.has("anthropic-version")) return true;
  const std::string_view key = fields.get("x-api-key");
  return !key.empty() && http::clientKey(fields).data() == key.data();
}

void restate(http::Answer& answer, const wire::RequestHead& head, std::string_view requestId) {
  if (asksAsAnthropic(head.fields)) restateForMessages(answer, head, requestId);
}

class ListHandler : public http::LoopHandler {
 public:
  explicit ListHandler(LoopUnit& unit) noexcept : unit_(unit) {}

  io::Task<void> handle(http::Exchange& exchange, io::CancelToken) override {
    calls::Problem problem;
    const std::shared_ptr<const calls::Generation> generation = unit_.generation();
    const bool asAnthropic = asksAsAnthropic(exchange.head().fields);
    http::Answer answer{200, {}, tell(*generation, exchange, asAnthropic, problem)};
    if (answer.body.empty()) {
      answer = {problem.status, {}, openAiErrorBody(problem)};
      if (asAnthropic) answer = anthropicRefusal(problem, exchange.requestId());
    }
    co_await exchange.answer(answer);
  }
  bool quick() const noexcept override { return true; }

 private:
  // Empty, with `problem`, if there is nothing to tell.
  virtual std::string tell(const calls::Generation& generation, const http::Exchange& exchange,
                           bool asAnthropic, calls::Problem& problem) const {
    if (asAnthropic) return anthropicModels(generation, exchange.head().query, problem);
    return modelList(generation);
  }

  LoopUnit& unit_;
};

// GET /v1/models/{id...}: an id may hold slashes.
class ModelHandler final : public ListHandler {
  using ListHandler::ListHandler;
  std::string tell(const calls::Generation& generation, const http::Exchange& exchange,
                   bool asAnthropic, calls::Problem& problem) const override {
    const std::string_view id = exchange.pathRest();
    std::string body = asAnthropic ? anthropicModel(generation, id) : modelEntry(generation, id);
    if (body.empty()) problem = generation.unknownModel(id);
    return body;
  }
};

class InfoHandler final : public ListHandler {
  using ListHandler::ListHandler;
  std::string tell(const calls::Generation& generation, const http::Exchange&, bool,
                   calls::Problem&) const override {
    return modelInfo(generation);
  }
};

}  // namespace

void addModelRoutes(http::Router& router, LoopUnit& unit) {
  const auto add = [&router](const char* path, std::shared_ptr<http::LoopHandler> handler) {
    http::Route route{"GET", path, std::move(handler), http::Needs::client};
    route.versioned = true;
    route.restate = restate;
    router.add(std::move(route));
  };
  add("/models", std::make_shared<ListHandler>(unit));
  add("/models/{id...}", std::make_shared<ModelHandler>(unit));
  add("/model/info", std::make_shared<InfoHandler>(unit));
}

}  // namespace sluice::app
