#include "app/response_keeping.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <set>

#include "dialects/json_view.hpp"
#include "dialects/request_text.hpp"
#include "http/auth.hpp"
#include "telemetry/log.hpp"

namespace sluice::app {

namespace {

using dialects::JsonElements;
using dialects::JsonView;
using storage::FoundResponses;
using storage::Lookup;
using storage::StoredResponse;

constexpr std::size_t kEventsMost = 8 << 20;   // bytes of a stream that is kept
constexpr std::size_t kReferencesMost = 1000;  // of a request; others wait while they are looked up
constexpr std::size_t kFindableMost = 1000;    // of a response; others wait while they are noted

calls::Problem unreadable() {
  calls::Problem made;
  made.status = 503;
  made.type = "server_error";
  made.code = "responses_unavailable";
  made.message = "what is kept of the conversation cannot be read now";
  made.retryAfter = std::chrono::seconds(1);
  return made;
}

void couldNotKeep(std::string_view id) {
  telemetry::Log::say(telemetry::LogLevel::warning, "a response could not be kept",
                      {{"response", id}});
}

template <class Each>
void eachItem(const StoredResponse& turn, const Each& each) {
  const JsonView input{turn.input}, response{turn.response};
  for (const JsonView list : {input, response["output"]}) {
    JsonElements items(list);
    while (items.next()) each(items.value());
  }
}

void addTurns(const FoundResponses& found, dialects::Conversation& into) {
  into.found = true;
  into.provider = found.turns.back().provider;
  for (const StoredResponse& turn : found.turns) {
    eachItem(turn, [&into](JsonView item) { into.items.emplace_back(item.raw()); });
  }
}

void addReferences(const FoundResponses& found, const std::vector<std::string>& wanted,
                   dialects::Conversation& into) {
  const std::set<std::string> names(wanted.begin(), wanted.end());
  for (const StoredResponse& turn : found.turns) {
    const bool first = !into.found && into.references.empty();
    if (first) into.provider = turn.provider;
    else if (into.provider != turn.provider) into.provider.clear();
    eachItem(turn, [&](JsonView item) {
      const std::string id = item["id"].text();
      if (names.contains(id)) into.references.emplace(id, item.raw());
    });
  }
}

// False: with `problem`.
bool mayGoOn(Lookup lookup, const std::string& id, calls::Problem& problem) {
  switch (lookup) {
    case Lookup::found:
    case Lookup::unknown:  // an upstream may know it
    case Lookup::cut: return true;
    case Lookup::foreign: problem = dialects::responseNotFound(id); return false;
    case Lookup::tooLarge:
      problem = dialects::responseNotFound(id);
      problem.message = "the conversation up to '" + id + "' is too long to be continued";
      return false;
    case Lookup::failed: break;
  }
  problem = unreadable();
  return false;
}

}  // namespace

std::string ownerOf(const wire::Fields& fields) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::string named = "sluice responses of " + std::string(http::clientKey(fields));
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  ::SHA256(reinterpret_cast<const unsigned char*>(named.data()), named.size(), digest.data());
  std::string owner;
  for (const unsigned char byte : digest) {
    owner += kHex[byte >> 4];
    owner += kHex[byte & 15];
  }
  return owner;
}

io::Task<bool> recall(storage::Responses& store, io::Loop& loop, io::CancelToken cancel,
                      std::string owner, dialects::ResponsesInquiry& inquiry,
                      calls::Problem& problem) {
  dialects::Conversation conversation;
  if (!inquiry.previous().empty()) {
    const FoundResponses found = co_await store.find(loop, cancel, inquiry.previous(), owner, true);
    if (!mayGoOn(found.lookup, inquiry.previous(), problem)) co_return false;
    if (found.lookup == Lookup::found) {
      conversation.unfinished =
          std::any_of(found.turns.begin(), found.turns.end(),
                      [](const StoredResponse& turn) { return turn.pending; });
      // As if it were not known: providers that speak the API may know what it says.
      if (!conversation.unfinished) addTurns(found, conversation);
    }
  }
  const std::vector<std::string> wanted = inquiry.references();
  if (wanted.size() > kReferencesMost) {
    problem = dialects::invalidRequest("'input' refers to more than 1000 items", "input");
    co_return false;
  }
  if (!wanted.empty()) {
    const FoundResponses found = co_await store.holding(loop, cancel, wanted, owner);
    if (found.lookup == Lookup::tooLarge) {
      problem = dialects::invalidRequest("what 'input' refers to is too large", "input");
      co_return false;
    }
    if (found.lookup == Lookup::foreign) {
      problem = dialects::invalidRequest("there is no item '" + found.foreign + "' here", "input");
      co_return false;
    }
    if (!mayGoOn(found.lookup, {}, problem)) co_return false;
    addReferences(found, wanted, conversation);
  }
  inquiry.continueFrom(std::move(conversation));
  co_return true;
}

http::Answer withoutResponse(Lookup lookup, std::string_view id) {
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

KeepingClient::KeepingClient(calls::Client& client, io::Loop& loop,
                             const dialects::KeepableInquiry& inquiry, storage::Responses* store,
                             std::string owner, bool remembered)
    : client_(client),
      loop_(loop),
      inquiry_(inquiry),
      store_(inquiry.keeps() ? store : nullptr),
      owner_(std::move(owner)),
      whole_(!remembered),
      remembered_(remembered) {}

void KeepingClient::begin(int status, std::string_view contentType, std::string_view fields,
                          std::optional<std::size_t> length) {
  given_ = status == 200;
  streamed_ = given_ && !length && whole_;
  client_.begin(status, contentType, fields, length);
}

// What of a stream could be asked for once more. One that is too long is kept without its events.
void KeepingClient::note(std::string_view bytes) {
  if (store_ == nullptr || !streamed_ || kept_) return;
  if (events_.size() + bytes.size() <= kEventsMost) {
    events_ += bytes;
    return;
  }
  events_ = std::string();
  streamed_ = false;
}

io::Status KeepingClient::write(std::string_view bytes) {
  note(bytes);
  if (held_.empty() && !due()) return client_.write(bytes);
  held_ += bytes;
  return io::Status::again;
}

io::Task<void> KeepingClient::release() {
  if (due()) co_await keep();
}

io::Task<io::Status> KeepingClient::drain() {
  co_await release();
  if (held_.empty()) {
    const io::Status drained = co_await client_.drain();
    co_return drained;
  }
  const std::string bytes = std::exchange(held_, {});
  io::Status status = client_.write(bytes);
  if (status == io::Status::again) status = co_await client_.drain();
  co_return status;
}

io::Task<io::Status> KeepingClient::finish(std::string_view last, bool keep) {
  note(last);
  co_await release();
  if (held_.empty()) {
    const io::Status status = co_await client_.finish(last, keep);
    co_return status;
  }
  held_ += last;
  const io::Status status = co_await client_.finish(held_, keep);
  co_return status;
}

io::Task<void> KeepingClient::keep() {
  const dialects::KeptResponse answer = inquiry_.kept();
  StoredResponse one;
  one.id = answer.id;
  one.owner = owner_;
  one.previous = answer.previous;
  one.keeper = answer.keeper;
  one.provider = answer.provider;
  one.response = answer.response;
  one.pending = answer.pending;
  one.input = "[";
  for (const std::string& item : answer.input) {
    if (one.input.size() > 1) one.input += ',';
    one.input += item;
  }
  one.input += ']';
  kept_ = !one.pending;
  if (kept_) one.events = std::exchange(events_, {});
  eachItem(one, [&one](JsonView item) {
    if (std::string id = item["id"].text(); !id.empty()) one.items.push_back(std::move(id));
  });
  if (one.items.size() > kFindableMost) {
    one.items.erase(one.items.begin(), one.items.end() - kFindableMost);
  }
  if (kept_ && remembered_) {
    co_await settle(std::move(one));
    co_return;
  }
  remembered_ = true;
  const bool saved = co_await store_->save(loop_, std::move(one));
  if (!saved) couldNotKeep(answer.id);
}

// What the answer used counts with the call that finds it finished first.
io::Task<void> KeepingClient::settle(StoredResponse one) {
  const std::string id = one.id;
  const storage::Settled settled = co_await store_->settle(loop_, std::move(one));
  if (settled != storage::Settled::now) inquiry_.uncount();
  if (settled == storage::Settled::failed) couldNotKeep(id);
}

}  // namespace sluice::app
