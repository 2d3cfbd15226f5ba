#include "calls.hpp"

#include <algorithm>
#include <utility>

namespace openai {
namespace {

namespace json = sluice::json;
using sluice::broken;
using sluice::Sink;

constexpr std::size_t kMostCalls = 1024;    // far more than any answer has
constexpr std::size_t kMostHeld = 1 << 20;  // bytes of arguments that wait for an id
constexpr std::size_t kMostOfId = 16;       // OpenAI takes ids of 40 characters

std::string_view argumentsOf(json::Value function) {
  const json::Value given = function["arguments"];
  return given.isObject() ? given.raw() : given.string();
}

}  // namespace

void ToolCalls::read(json::Value calls, bool message, std::string_view answer, Sink sink) {
  bool beside = false;
  for (const json::Value call : calls) {
    const json::Value function = call["function"];
    const Piece piece{call["index"].unsignedInteger(), call["id"].string(),
                      function["name"].string(), argumentsOf(function)};
    if (piece.id.empty() && piece.name.empty() && piece.arguments.empty()) continue;
    take(message ? calls_.size() : find(piece, beside), piece, answer, sink);
    beside = true;
  }
}

void ToolCalls::readFunction(json::Value call, std::string_view answer, Sink sink) {
  const std::string_view name = call["name"].string(), arguments = argumentsOf(call);
  if ((any() && !function_) || (name.empty() && arguments.empty())) return;
  const std::string id = any() ? std::string() : newId(answer);
  function_ = true;
  take(0, {std::nullopt, id, name, arguments}, answer, sink);
}

// The call that a piece of a stream belongs to, or a new one. `beside`: it is not the first in its
// delta.
std::size_t ToolCalls::find(const Piece& piece, bool beside) const noexcept {
  for (std::size_t at = calls_.size(); at-- > 0 && !piece.id.empty();) {
    const Call& call = calls_[at];
    if (call.id == piece.id && (!call.place || !piece.place || call.place == piece.place))
      return at;
  }
  if (piece.place) return findPlaced(piece);
  if (calls_.empty()) return 0;
  const Call& last = calls_.back();
  const bool otherName = !piece.name.empty() && !last.name.empty() && piece.name != last.name;
  const bool again = beside && !piece.name.empty();  // begins as the one before it did
  const bool otherId = !piece.id.empty() && !last.id.empty();
  return otherId || otherName || again ? calls_.size() : calls_.size() - 1;
}

// An id with a name, at a place that has another id or name, is another call: some upstreams count
// each from 0. An id alone is the same call's, told anew.
std::size_t ToolCalls::findPlaced(const Piece& piece) const noexcept {
  const auto found = std::find_if(calls_.rbegin(), calls_.rend(),
                                  [&](const Call& call) { return call.place == piece.place; });
  if (found != calls_.rend()) {
    const bool other = !found->id.empty() || (!found->name.empty() && found->name != piece.name);
    if (!piece.id.empty() && !piece.name.empty() && other) return calls_.size();
    return static_cast<std::size_t>(calls_.rend() - found) - 1;
  }
  const bool begins = !piece.id.empty() || !piece.name.empty();
  return begins || calls_.empty() || calls_.back().place ? calls_.size() : calls_.size() - 1;
}

void ToolCalls::take(std::size_t at, const Piece& piece, std::string_view answer, Sink sink) {
  if (at == calls_.size()) {
    if (calls_.size() == kMostCalls) throw broken("the upstream's answer has too many tool calls");
    calls_.push_back({piece.place, {}, {}, {}, false});
  }
  Call& call = calls_[at];
  if (at < told_) {
    if (piece.arguments.empty()) return;
    call.spoke = true;
    sink.toolCall(static_cast<std::uint32_t>(at), {}, {}, piece.arguments, choice_);
    return;
  }
  if (call.id.empty()) call.id = piece.id;
  if (call.name.empty()) call.name = piece.name;
  call.held += piece.arguments;
  held_ += piece.arguments.size();
  tell(held_ > kMostHeld, answer, sink);
}

// The first deltas of calls, in order, up to one whose id or name is still to come; or of `all`.
void ToolCalls::tell(bool all, std::string_view answer, Sink sink) {
  for (; told_ < calls_.size(); ++told_) {
    Call& call = calls_[told_];
    if (!all && (call.id.empty() || call.name.empty())) return;
    if (call.name.empty()) throw broken("the upstream called a tool without naming it");
    if (call.id.empty()) call.id = newId(answer);
    const std::string held = std::exchange(call.held, {});
    call.spoke = !held.empty();
    held_ -= held.size();
    sink.toolCall(static_cast<std::uint32_t>(told_), call.id, call.name, held, choice_);
  }
}

void ToolCalls::finish(bool cut, std::string_view answer, Sink sink) {
  if (cut) {
    const auto nameless = [](const Call& call) { return call.name.empty(); };
    const auto held = calls_.begin() + static_cast<std::ptrdiff_t>(told_);
    calls_.erase(std::remove_if(held, calls_.end(), nameless), calls_.end());
  }
  tell(true, answer, sink);
  if (cut) return;  // no arguments yet must not look as if none were wanted
  for (std::size_t at = 0; at < calls_.size(); ++at)
    if (!calls_[at].spoke) sink.toolCall(static_cast<std::uint32_t>(at), {}, {}, "{}", choice_);
}

// For the next call that is told.
std::string ToolCalls::newId(std::string_view answer) const {
  std::string id("call_");
  answer.remove_prefix(answer.size() - std::min(answer.size(), kMostOfId));
  for (const char c : answer) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (plain) id.push_back(c);
  }
  id.append("_").append(std::to_string(told_));
  if (choice_ != 0) id.append("_").append(std::to_string(choice_));
  return id;
}

}  // namespace openai
