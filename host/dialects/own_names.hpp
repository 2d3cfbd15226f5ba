// Members of the canonical form by the names that a client's dialect has for them: errors and
// reports that a client reads speak of what it has sent.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice::dialects {

struct OwnName {
  std::string_view canonical, own;
};

// Of a member of the request itself: the same where the dialect has no other.
std::string ownNameOf(std::span<const OwnName> names, std::string_view canonical);

// "messages[2].content[1].image_url.url" in its pieces, which view it.
struct InMessage {
  std::size_t message = 0;
  std::string_view member;           // "content"; empty: the message itself
  std::optional<std::size_t> place;  // 1
  std::string_view rest;             // ".image_url.url"
};
std::optional<InMessage> inMessage(std::string_view canonical);

}  // namespace sluice::dialects
