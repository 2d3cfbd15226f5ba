#include "app/response_keeper.hpp"

#include <algorithm>

#include "app/loop_unit.hpp"
#include "app/response_keeping.hpp"
#include "app/shared.hpp"
#include "calls/call.hpp"
#include "dialects/json_view.hpp"
#include "http/exchange.hpp"

namespace sluice::app {

namespace {

using dialects::JsonView;
using storage::FoundResponses;
using storage::Lookup;
using storage::StoredResponse;

constexpr std::string_view kCancel = "/cancel";

}  // namespace

// Of a provider that is configured no more, nobody knows the key.
Keeper keeperOf(const calls::Generation& generation, const StoredResponse& one) {
  for (const auto& provider : generation.providers()) {
    if (provider->config->name != one.keeper) continue;
    if (!provider->instance) return Keeper::off;
    return provider->instance->speaks(dialects::kStoredResponses) ? Keeper::on : Keeper::none;
  }
  return Keeper::none;
}

dialects::StoredAsked askedOf(const StoredResponse& one) {
  std::string model = JsonView(one.response)["model"].text();
  const bool plain = std::all_of(model.begin(), model.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f;
  });
  if (model.empty() || model.size() > 256 || !plain) model = "responses";
  return {one.id, one.keeper, std::move(model)};
}

http::Answer keeperIsOff(const StoredResponse& one) {
  return http::unavailableAnswer("responses_unavailable",
                                 "Provider '" + one.keeper + "' keeps it too, and is off now.");
}

io::Task<void> answerFromKeeper(LoopUnit& unit, Shared& shared, http::Exchange& exchange,
                                io::CancelToken left, const StoredResponse& one,
                                const dialects::KeepableInquiry& inquiry) {
  const Keeper keeper = keeperOf(*unit.generation(), one);
  if (keeper == Keeper::on) {
    KeepingClient client(exchange, exchange.loop(), inquiry, shared.responses.get(), one.owner,
                         true);
    calls::Call call(unit.services(), unit.generation(), inquiry, client, exchange.requestId(),
                     exchange.received(), left);
    co_await call.run();
    co_return;
  }
  http::Answer answer = keeperIsOff(one);
  if (keeper == Keeper::none) {
    answer = http::errorAnswer(404, "response_not_found",
                               "Provider '" + one.keeper + "', which has response '" + one.id +
                                   "', cannot be asked for it any more.");
  }
  co_await exchange.answer(answer);
}

io::Task<void> CancelHandler::handle(http::Exchange& exchange, io::CancelToken left) {
  std::string_view rest = exchange.pathRest();
  const bool known = rest.ends_with(kCancel);
  if (known) rest.remove_suffix(kCancel.size());
  const std::string id(rest);
  FoundResponses found;
  if (known && shared_.responses) {
    std::string owner = ownerOf(exchange.head().fields);
    found = co_await shared_.responses->find(exchange.loop(), left, id, std::move(owner), false);
  }
  http::Answer answer = withoutResponse(found.lookup, id);
  if (found.lookup == Lookup::found) {
    StoredResponse& one = found.turns.front();
    if (one.pending) {
      const auto inquiry = dialects::cancellationOfResponse(askedOf(one));
      co_await answerFromKeeper(unit_, shared_, exchange, left, one, *inquiry);
      co_return;
    }
    // One that is over stays what it is.
    const bool background = JsonView(one.response)["background"].boolean().value_or(false);
    if (background) answer = {200, {}, std::move(one.response)};
    else
      answer = http::errorAnswer(400, "response_not_in_background",
                                 "Only a response with 'background' can be cancelled.");
  }
  co_await exchange.answer(answer.status, http::kJson, answer.fields, answer.body);
}

}  // namespace sluice::app
