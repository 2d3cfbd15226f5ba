#include "app/endpoints.hpp"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <functional>

#include "app/loop_unit.hpp"
#include "app/model_endpoints.hpp"
#include "app/refusal.hpp"
#include "app/response_endpoints.hpp"
#include "app/version.hpp"
#include "base/json.hpp"
#include "calls/call.hpp"
#include "dialects/anthropic_error.hpp"
#include "dialects/anthropic_messages.hpp"
#include "dialects/openai_chat.hpp"
#include "dialects/openai_completions.hpp"
#include "dialects/openai_embeddings.hpp"
#include "http/exchange.hpp"
#include "http/poco_handler.hpp"
#include "wire/write.hpp"

namespace sluice::app {

namespace {

using Poco::Net::HTTPResponse;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

// The path of a call: a request in a client's dialect.
class CallHandler : public http::LoopHandler {
 public:
  explicit CallHandler(LoopUnit& unit) noexcept : unit_(unit) {}

  io::Task<void> handle(http::Exchange& exchange, io::CancelToken left) override {
    calls::Problem problem;
    const auto inquiry = parse(exchange, problem);
    if (!inquiry) {
      logRefusal(unit_, exchange, problem);
      const std::string body = refusal(problem, exchange.requestId());
      const std::string fields = refusalFields(exchange.requestId());
      co_await exchange.answer(problem.status, http::kJson, fields, body);
      co_return;
    }
    calls::Call call(unit_.services(), unit_.generation(), *inquiry, exchange, exchange.requestId(),
                     exchange.received(), left);
    co_await call.run();
  }

 private:
  // Null, with `problem`, if it is none.
  virtual std::unique_ptr<calls::Inquiry> parse(http::Exchange& exchange,
                                                calls::Problem& problem) const = 0;
  virtual std::string refusal(const calls::Problem& problem, std::string_view requestId) const = 0;
  virtual std::string refusalFields(std::string_view requestId) const = 0;

  LoopUnit& unit_;
};

// POST /v1/chat/completions, /v1/completions and /v1/embeddings.
class OpenAiHandler final : public CallHandler {
 public:
  using Parse = std::unique_ptr<calls::Inquiry> (*)(std::string& body, calls::Problem& problem);
  OpenAiHandler(LoopUnit& unit, Parse parse) noexcept : CallHandler(unit), parse_(parse) {}

 private:
  std::unique_ptr<calls::Inquiry> parse(http::Exchange& exchange,
                                        calls::Problem& problem) const override {
    return parse_(exchange.body(), problem);
  }
  std::string refusal(const calls::Problem& problem, std::string_view) const override {
    return openAiErrorBody(problem);
  }
  std::string refusalFields(std::string_view) const override { return {}; }

  Parse parse_;
};

// POST /v1/messages and /v1/messages/count_tokens.
class MessagesHandler final : public CallHandler {
 public:
  using Parse = std::unique_ptr<calls::Inquiry> (*)(const dialects::AnthropicAsked& asked,
                                                    calls::Problem& problem);
  MessagesHandler(LoopUnit& unit, Parse parse) noexcept : CallHandler(unit), parse_(parse) {}

 private:
  std::unique_ptr<calls::Inquiry> parse(http::Exchange& exchange,
                                        calls::Problem& problem) const override {
    return parse_({exchange.body(), exchange.requestId(), exchange.head().query}, problem);
  }
  std::string refusal(const calls::Problem& problem, std::string_view requestId) const override {
    std::string body;
    dialects::appendAnthropicError(body, problem, requestId);
    return body;
  }
  std::string refusalFields(std::string_view requestId) const override {
    std::string fields;
    wire::appendField(fields, "request-id", requestId);
    return fields;
  }

  Parse parse_;
};

// What a route of the control side answers.
struct Said {
  int status = 200;
  std::string body;
};

class JsonHandler final : public Poco::Net::HTTPRequestHandler {
 public:
  explicit JsonHandler(std::function<Said()> say) : say_(std::move(say)) {}

  void handleRequest(HTTPServerRequest&, HTTPServerResponse& response) override {
    const Said said = say_();
    response.setStatusAndReason(static_cast<HTTPResponse::HTTPStatus>(said.status));
    response.setContentType("application/json");
    response.sendBuffer(said.body.data(), said.body.size());
  }

 private:
  std::function<Said()> say_;
};

http::PocoFactory factoryOf(std::function<Said()> say) {
  return [say = std::move(say)](const HTTPServerRequest&) {
    return std::make_unique<JsonHandler>(say);
  };
}

Said ready(const LoopUnit& unit, const Shared& shared) {
  const calls::Generation& generation = *unit.generation();
  std::uint64_t on = 0;
  for (const auto& provider : generation.providers()) on += provider->instance ? 1 : 0;
  const bool draining = shared.draining.load(std::memory_order_relaxed);
  Said said;
  said.status = draining || on == 0 ? 503 : 200;
  json::Writer w(said.body);
  w.beginObject();
  w.key("status").string(draining ? "draining" : on == 0 ? "no_provider" : "ready");
  w.key("generation").number(generation.number()).key("providers_on").number(on);
  w.endObject();
  return said;
}

void appendList(json::Writer& w, std::string_view name, const std::vector<std::string>& lines) {
  w.key(name).beginArray();
  for (const std::string& line : lines) w.string(line);
  w.endArray();
}

Said reloaded(const Reloaded& result) {
  Said said;
  json::Writer w(said.body);
  w.beginObject();
  if (!result.done) {
    std::string message = "the configuration was not applied:";
    for (const std::string& fault : result.faults) message += "\n" + fault;
    said.status = 422;
    w.key("error").beginObject().key("message").string(message);
    w.key("type").string("invalid_request_error").key("param").null();
    w.key("code").string("invalid_configuration").endObject();
    appendList(w, "faults", result.faults);
  } else {
    w.key("status").string("reloaded");
  }
  w.key("generation").number(result.generation);
  appendList(w, "warnings", result.warnings);
  appendList(w, "plugins", result.plugins);
  appendList(w, "needs_restart", result.needsRestart);
  w.endObject();
  return said;
}

}  // namespace

http::Router makeRouter(LoopUnit& unit, Shared& shared) {
  using http::Needs;
  const auto onLoop = [](std::function<Said()> say) {
    return std::make_shared<http::PocoHandler>(factoryOf(std::move(say)));
  };
  http::Router router;

  const auto addOpenAi = [&](const char* path, OpenAiHandler::Parse parse) {
    http::Route route{"POST", path, std::make_shared<OpenAiHandler>(unit, parse), Needs::client};
    route.versioned = route.json = true;
    router.add(std::move(route));
  };
  addOpenAi("/chat/completions", dialects::parseOpenAiChat);
  addOpenAi("/completions", dialects::parseOpenAiCompletions);
  addOpenAi("/embeddings", dialects::parseOpenAiEmbeddings);
  const auto addMessages = [&](const char* path, MessagesHandler::Parse parse) {
    http::Route route{"POST", path, std::make_shared<MessagesHandler>(unit, parse), Needs::client};
    route.versioned = route.json = true;
    route.restate = restateForMessages;
    router.add(std::move(route));
  };
  addMessages("/messages", dialects::parseAnthropicMessages);
  addMessages("/messages/count_tokens", dialects::parseAnthropicCount);

  addResponseRoutes(router, unit, shared);

  addModelRoutes(router, unit);

  http::Route live{"GET", "/health", onLoop([] {
                     return Said{
                         200, "{\"status\":\"ok\",\"version\":\"" + std::string(kVersion) + "\"}"};
                   }),
                   Needs::none};
  live.whileDraining = true;
  router.add(std::move(live));
  http::Route readiness{"GET", "/health/ready",
                        onLoop([&unit, &shared] { return ready(unit, shared); }), Needs::none};
  readiness.whileDraining = true;
  router.add(std::move(readiness));

  const auto reload = factoryOf([&shared] { return reloaded(shared.reload()); });
  router.add({"POST", "/admin/reload", std::make_shared<http::PocoHandler>(reload, shared.reloads),
              Needs::admin});
  const auto plugins = factoryOf([&shared] { return Said{200, shared.plugins()}; });
  router.add({"GET", "/admin/plugins", std::make_shared<http::PocoHandler>(plugins, shared.reports),
              Needs::admin});
  return router;
}

}  // namespace sluice::app
