#include "app/response_endpoints.hpp"

#include <algorithm>

#include "app/loop_unit.hpp"
#include "app/refusal.hpp"
#include "app/response_keeping.hpp"
#include "app/shared.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "calls/call.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_responses.hpp"
#include "http/exchange.hpp"
#include "wire/query.hpp"
#include "wire/sse.hpp"

namespace sluice::app {

namespace {

using dialects::JsonElements;
using dialects::JsonView;
using storage::FoundResponses;
using storage::Lookup;
using storage::StoredResponse;

// POST /responses.
class CreateHandler final : public http::LoopHandler {
 public:
  CreateHandler(LoopUnit& unit, Shared& shared) noexcept : unit_(unit), shared_(shared) {}

  io::Task<void> handle(http::Exchange& exchange, io::CancelToken left) override {
    const std::shared_ptr<const calls::Generation> generation = unit_.generation();
    const config::Responses& settings = generation->config().responses;
    storage::Responses* const store = shared_.responses.get();
    dialects::ResponsesOptions options;
    options.keep = settings.store && store != nullptr;
    options.dropHostedTools = settings.hostedTools == config::HostedTools::drop;
    calls::Problem problem;
    const auto inquiry = dialects::parseOpenAiResponses(exchange.body(), options, problem);
    if (!inquiry) {
      co_await refuse(exchange, problem);
      co_return;
    }
    const std::string owner = ownerOf(exchange.head().fields);
    if (store != nullptr && inquiry->refers()) {
      const bool known = co_await recall(*store, exchange.loop(), left, owner, *inquiry, problem);
      if (!known) {
        co_await refuse(exchange, problem);
        co_return;
      }
    }
    KeepingClient client(exchange, exchange.loop(), *inquiry, store, owner);
    calls::Call call(unit_.services(), unit_.generation(), *inquiry, client, exchange.requestId(),
                     exchange.received(), left);
    co_await call.run();
  }

 private:
  io::Task<void> refuse(http::Exchange& exchange, const calls::Problem& problem) {
    logRefusal(unit_, exchange, problem);
    const std::string body = openAiErrorBody(problem);
    const std::string_view fields = problem.status == 503 ? "retry-after: 1\r\n" : "";
    co_await exchange.answer(problem.status, http::kJson, fields, body);
  }

  LoopUnit& unit_;
  Shared& shared_;
};

// What of a kept response is asked for.
struct Wanted {
  std::string id;
  bool inputItems = false;
  bool known = true;  // a path that means something
};

Wanted wantedOf(std::string_view rest) {
  const std::size_t slash = rest.find('/');
  Wanted wanted;
  wanted.id = rest.substr(0, slash);
  if (slash == rest.npos) return wanted;
  wanted.inputItems = rest.substr(slash + 1) == "input_items";
  wanted.known = wanted.inputItems;
  return wanted;
}

http::Answer failed(Lookup lookup, std::string_view id) {
  if (lookup == Lookup::failed)
    return http::unavailableAnswer("responses_unavailable", "The response cannot be read now.");
  if (lookup == Lookup::cut)
    return http::errorAnswer(404, "response_not_found",
                             "What response '" + std::string(id) + "' goes on from is not kept.");
  if (lookup == Lookup::tooLarge)
    return http::errorAnswer(400, "response_too_large",
                             "The conversation up to '" + std::string(id) + "' is too long.");
  return http::errorAnswer(404, "response_not_found",
                           "There is no response '" + std::string(id) + "' here.");
}

// A page of items, newest first unless the client wants it otherwise.
http::Answer pageOf(const std::vector<StoredResponse>& turns, std::string_view query) {
  std::vector<JsonView> items;
  for (const StoredResponse& turn : turns) {
    JsonElements input(JsonView(turn.input));
    while (input.next()) items.push_back(input.value());
    if (&turn == &turns.back()) break;
    const JsonView response{turn.response};
    JsonElements output(response["output"]);
    while (output.next()) items.push_back(output.value());
  }
  if (wire::queryParameter(query, "order") != "asc") std::reverse(items.begin(), items.end());
  if (const auto after = wire::queryParameter(query, "after")) {
    const auto at = std::find_if(items.begin(), items.end(),
                                 [&after](JsonView item) { return item["id"].says(*after); });
    items.erase(items.begin(), at == items.end() ? at : at + 1);
  }
  const auto asked = wire::queryParameter(query, "limit");
  const auto number = asked ? text::parseUnsigned(*asked) : std::nullopt;
  if (asked && (!number || *number < 1 || *number > 100))
    return http::errorAnswer(400, "invalid_limit", "'limit' must be a number from 1 to 100.");
  const std::size_t count = std::min<std::size_t>(items.size(), number.value_or(20));
  http::Answer answer{200, {}, {}};
  json::Writer w(answer.body);
  w.beginObject().key("object").string("list").key("data").beginArray();
  for (std::size_t i = 0; i < count; ++i) w.raw(items[i].raw());
  // An upstream may have left the id out.
  const auto idOf = [](JsonView item) { return item["id"].exists() ? item["id"].raw() : "null"; };
  w.endArray().key("first_id");
  if (count == 0) w.null();
  else w.raw(idOf(items.front()));
  w.key("last_id");
  if (count == 0) w.null();
  else w.raw(idOf(items[count - 1]));
  w.key("has_more").boolean(count < items.size()).endObject();
  return answer;
}

// The events behind the one of that number.
std::string eventsAfter(const std::string& events, std::optional<std::uint64_t> number) {
  std::string out;
  wire::SseFramer framer;
  wire::SseBlock block;
  framer.give(events);
  while (framer.next(block)) {
    if (!block.hasData) continue;
    const auto own = JsonView(block.data)["sequence_number"].whole();
    if (!number || (own && *own > *number)) out += block.raw;
  }
  return out;
}

// The events behind the one that the client names, as they were sent.
http::Answer replayOf(const std::string& events, std::string_view query) {
  const auto told = wire::queryParameter(query, "starting_after");
  const auto after = told ? text::parseUnsigned(*told) : std::nullopt;
  if (told && !after)
    return http::errorAnswer(400, "invalid_starting_after",
                             "'starting_after' must be the number of an event.");
  return {200, "cache-control: no-cache\r\n", eventsAfter(events, after)};
}

// GET /responses/{id} and /responses/{id}/input_items.
class ReadHandler final : public http::LoopHandler {
 public:
  explicit ReadHandler(Shared& shared) noexcept : shared_(shared) {}

  io::Task<void> handle(http::Exchange& exchange, io::CancelToken left) override {
    const Wanted wanted = wantedOf(exchange.pathRest());
    FoundResponses found;
    if (wanted.known && shared_.responses) {
      std::string owner = ownerOf(exchange.head().fields);
      found = co_await shared_.responses->find(exchange.loop(), left, wanted.id, std::move(owner),
                                               wanted.inputItems);
    }
    http::Answer answer;
    std::string_view type = http::kJson;
    const std::string_view query = exchange.head().query;
    if (found.lookup != Lookup::found) {
      answer = failed(found.lookup, wanted.id);
    } else if (wanted.inputItems) {
      answer = pageOf(found.turns, query);
    } else if (wire::queryParameter(query, "stream") != "true") {
      answer = {200, {}, std::move(found.turns.front().response)};
    } else if (found.turns.front().events.empty()) {
      answer = http::errorAnswer(400, "response_not_streamed",
                                 "The response was not streamed: get it without 'stream'.");
    } else {
      answer = replayOf(found.turns.front().events, query);
      if (answer.status == 200) type = "text/event-stream";
    }
    co_await exchange.answer(answer.status, type, answer.fields, answer.body);
  }

 private:
  Shared& shared_;
};

// DELETE /responses/{id}.
class DeleteHandler final : public http::LoopHandler {
 public:
  explicit DeleteHandler(Shared& shared) noexcept : shared_(shared) {}

  io::Task<void> handle(http::Exchange& exchange, io::CancelToken) override {
    const std::string id(exchange.pathRest());
    Lookup lookup = Lookup::unknown;
    if (shared_.responses) {
      std::string owner = ownerOf(exchange.head().fields);
      lookup = co_await shared_.responses->remove(exchange.loop(), id, std::move(owner));
    }
    http::Answer answer;
    if (lookup == Lookup::found) {
      answer.status = 200;
      json::Writer w(answer.body);
      w.beginObject().key("id").string(id).key("object").string("response");
      w.key("deleted").boolean(true).endObject();
    } else {
      answer = failed(lookup, id);
    }
    co_await exchange.answer(answer.status, http::kJson, answer.fields, answer.body);
  }

 private:
  Shared& shared_;
};

}  // namespace

void addResponseRoutes(http::Router& router, LoopUnit& unit, Shared& shared) {
  using http::Needs;
  http::Route create{"POST", "/responses", std::make_shared<CreateHandler>(unit, shared),
                     Needs::client};
  create.versioned = create.json = true;
  router.add(std::move(create));
  http::Route read{"GET", "/responses/{id...}", std::make_shared<ReadHandler>(shared),
                   Needs::client};
  read.versioned = true;
  router.add(std::move(read));
  http::Route remove{"DELETE", "/responses/{id...}", std::make_shared<DeleteHandler>(shared),
                     Needs::client};
  remove.versioned = true;
  router.add(std::move(remove));
}

}  // namespace sluice::app
