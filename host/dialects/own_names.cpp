#include "dialects/own_names.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sluice::dialects {

namespace {

// Takes "[3]" off the front.
std::optional<std::size_t> takePlace(std::string_view& text) {
  if (!text.starts_with('[')) return std::nullopt;
  const std::size_t end = text.find(']');
  if (end == text.npos) return std::nullopt;
  const auto place = text::parseUnsigned(text.substr(1, end - 1));
  if (!place) return std::nullopt;
  text.remove_prefix(end + 1);
  return static_cast<std::size_t>(*place);
}

}  // namespace

std::string ownNameOf(std::span<const OwnName> names, std::string_view canonical) {
  const auto found = std::ranges::find(names, canonical, &OwnName::canonical);
  return std::string(found == names.end() ? canonical : found->own);
}

std::optional<InMessage> inMessage(std::string_view canonical) {
  constexpr std::string_view kMessages = "messages";
  if (!canonical.starts_with(kMessages)) return std::nullopt;
  canonical.remove_prefix(kMessages.size());
  InMessage made;
  const auto message = takePlace(canonical);
  if (!message) return std::nullopt;
  made.message = *message;
  if (!canonical.starts_with('.')) return made;
  canonical.remove_prefix(1);
  made.member = canonical.substr(0, canonical.find_first_of(".["));
  canonical.remove_prefix(made.member.size());
  made.place = takePlace(canonical);
  made.rest = canonical;
  return made;
}

}  // namespace sluice::dialects
