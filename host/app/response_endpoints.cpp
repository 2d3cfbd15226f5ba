#include "app/response_endpoints.hpp"

#include <algorithm>

#include "app/loop_unit.hpp"
#include "app/refusal.hpp"
#include "app/response_deletion.hpp"
#include "app/response_keeper.hpp"
#include "app/response_keeping.hpp"
#include "app/shared.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "calls/call.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_responses.hpp"
#include "dialects/request_text.hpp"
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

// What goes on in the background is for who asks for it later.
calls::Problem nobodyCouldAsk() {
  return dialects::invalidRequest(
      "'background' works only where responses are kept, and here none are (responses.store)",
      "background");
}

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
    const bool lost = inquiry && inquiry->background() && !options.keep;
    if (lost) problem = nobodyCouldAsk();
    if (!inquiry || lost) {
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

// The events behind the one of that number. Those of upstreams that tell none are counted.
std::string eventsAfter(const std::string& events, std::optional<std::uint64_t> number) {
  std::string out;
  std::uint64_t next = 0;
  wire::SseFramer framer;
  wire::SseBlock block;
  framer.give(events);
  while (framer.next(block)) {
    if (!block.hasData) continue;
    const std::uint64_t own = JsonView(block.data)["sequence_number"].whole().value_or(next);
    next = own + 1;
    if (!number || own > *number) out += block.raw;
  }
  return out;
}

// `after`: the number of the last event that the client has, as it told it.
http::Answer replay(const std::string& events, const std::optional<std::string>& after) {
  const auto number = after ? text::parseUnsigned(*after) : std::nullopt;
  if (after && !number) {
    return http::errorAnswer(400, "invalid_starting_after",
                             "'starting_after' must be the number of an event.");
  }
  return {200, "cache-control: no-cache\r\n", eventsAfter(events, number)};
}

// Whether its keeper knows more of it than we do.
bool keeperKnowsMore(const StoredResponse& one, bool stream) {
  if (one.pending) return true;
  if (!stream || !one.events.empty() || one.keeper.empty()) return false;
  return JsonView(one.response)["background"].boolean().value_or(false);
}

// GET /responses/{id} and /responses/{id}/input_items.
class ReadHandler final : public http::LoopHandler {
 public:
  ReadHandler(LoopUnit& unit, Shared& shared) noexcept : unit_(unit), shared_(shared) {}

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
    const bool stream = wire::queryParameter(query, "stream") == "true";
    if (found.lookup == Lookup::found && !wanted.inputItems &&
        keeperKnowsMore(found.turns.front(), stream)) {
      const StoredResponse& one = found.turns.front();
      const auto inquiry = dialects::readingOfResponse(askedOf(one), query);
      co_await answerFromKeeper(unit_, shared_, exchange, left, one, *inquiry);
      co_return;
    }
    if (found.lookup != Lookup::found) {
      answer = withoutResponse(found.lookup, wanted.id);
    } else if (wanted.inputItems) {
      answer = pageOf(found.turns, query);
    } else if (!stream) {
      answer = {200, {}, std::move(found.turns.front().response)};
    } else if (found.turns.front().events.empty()) {
      answer = http::errorAnswer(400, "response_not_streamed",
                                 "The response was not streamed: get it without 'stream'.");
    } else {
      answer = replay(found.turns.front().events, wire::queryParameter(query, "starting_after"));
      if (answer.status == 200) type = "text/event-stream";
    }
    co_await exchange.answer(answer.status, type, answer.fields, answer.body);
  }

 private:
  LoopUnit& unit_;
  Shared& shared_;
};

}  // namespace

void addResponseRoutes(http::Router& router, LoopUnit& unit, Shared& shared) {
  using http::Needs;
  http::Route create{"POST", "/responses", std::make_shared<CreateHandler>(unit, shared),
                     Needs::client};
  create.versioned = create.json = true;
  router.add(std::move(create));
  http::Route read{"GET", "/responses/{id...}", std::make_shared<ReadHandler>(unit, shared),
                   Needs::client};
  read.versioned = true;
  router.add(std::move(read));
  http::Route remove{"DELETE", "/responses/{id...}",
                     std::make_shared<DeletionHandler>(unit, shared), Needs::client};
  remove.versioned = true;
  router.add(std::move(remove));
  http::Route cancel{"POST", "/responses/{id...}", std::make_shared<CancelHandler>(unit, shared),
                     Needs::client};
  cancel.versioned = true;
  router.add(std::move(cancel));
}

}  // namespace sluice::app
