#include "abilities.hpp"

#include <algorithm>
#include <cstddef>

namespace anthropic {
namespace {

// The first two numbers of one or two digits after "claude-": 4.7 is 407; a date is no number of a
// version. 0 if there is none.
unsigned versionOf(std::string_view model) {
  constexpr std::string_view brand = "claude-";
  const std::size_t begin = model.find(brand);
  if (begin == std::string_view::npos) return 0;
  unsigned version = 0;
  for (std::size_t at = begin + brand.size(); at < model.size();) {
    std::size_t end = model.find_first_of("-.@:", at);
    if (end == std::string_view::npos) end = model.size();
    const std::string_view word = model.substr(at, end - at);
    at = end + 1;
    const bool small = !word.empty() && word.size() <= 2 &&
                       word.find_first_not_of("0123456789") == std::string_view::npos;
    if (!small && version == 0) continue;
    unsigned number = 0;
    if (small)
      for (const char digit : word) number = number * 10 + static_cast<unsigned>(digit - '0');
    if (version != 0) return version + number;
    version = number * 100;
  }
  return version;
}

// Of the models that have their published limits for good; those of newer ones have changed.
std::uint64_t longestOf(std::string_view model, unsigned version) {
  if (version == 0 || version > 405) return 0;
  if (version < 305) return 4096;
  if (version < 307) return 8192;
  if (version < 400) return 128000;  // with a beta; 64,000 without
  const bool opus = model.find("opus") != std::string_view::npos;
  return opus && version < 405 ? 32000 : 64000;
}

}  // namespace

Abilities abilitiesOf(std::string_view model) {
  Abilities out;
  unsigned version = versionOf(model);
  for (const std::string_view family : {"claude-fable", "claude-mythos"})
    if (model.find(family) != std::string_view::npos) out.thinksAlways = true;
  if (out.thinksAlways && version < 500) version = 500;
  out.thinks = version == 0 || version >= 307;
  out.adaptive = version >= 406;
  out.xhigh = version >= 407;
  out.thinksUnasked = version >= 500;
  out.samples = version < 407;
  out.samplesTwoWays = version < 401;
  out.schemas = version >= 405;
  out.longest = longestOf(model, version);
  return out;
}

std::uint64_t atMost(std::uint64_t longest, std::uint64_t limit) {
  return longest == 0 ? limit : std::min(limit, longest);
}

}  // namespace anthropic
