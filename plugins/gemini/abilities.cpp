#include "abilities.hpp"

#include <cstddef>

namespace gemini {
namespace {

bool has(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// The number behind "gemini-": 2.5 is 205. A name without one ("gemini-flash-latest") is the newest
// model's; 0: this is no Gemini.
unsigned versionOf(std::string_view model) {
  constexpr std::string_view brand = "gemini-";
  constexpr unsigned newest = 301;
  const std::size_t begin = model.find(brand);
  if (begin == std::string_view::npos) return 0;
  std::string_view rest = model.substr(begin + brand.size());
  if (rest.empty() || !isDigit(rest[0])) return has(rest, "latest") ? newest : 0;
  unsigned major = 0, minor = 0;
  for (; !rest.empty() && isDigit(rest[0]) && major < 1000; rest.remove_prefix(1))
    major = major * 10 + static_cast<unsigned>(rest[0] - '0');
  if (rest.size() > 1 && rest[0] == '.' && isDigit(rest[1]))
    minor = static_cast<unsigned>(rest[1] - '0');
  return major * 100 + minor;
}

}  // namespace

Abilities abilitiesOf(std::string_view model) {
  Abilities out;
  const unsigned version = versionOf(model);
  const bool pro = has(model, "pro"), lite = has(model, "lite");
  const bool third = version >= 300;
  out.penalties = version < 205;
  out.schemas = out.fetches = version >= 205;
  out.formatWithTools = out.signedCalls = out.mediaInResults = third;
  out.thinks = version >= 205 && !has(model, "-image") && !has(model, "-tts");
  out.levels = third;
  out.minimal = third && !pro;
  out.medium = third && (!pro || version >= 301);
  out.thinksAlways = third || pro;
  out.leastBudget = pro ? 128 : lite ? 512 : 1;
  out.mostBudget = pro ? 32768 : 24576;
  return out;
}

}  // namespace gemini
