// SemanticVersion: 1.2.0, 1.2.0-rc.1, 1.2.0+build.5, ordered as semver.org says. One to four
// numbers are taken, those left out being 0. Threads: a plain value.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class SemanticVersion {
 public:
  // Nothing if the text is no such version. Numbers may be of any length.
  static std::optional<SemanticVersion> parse(std::string_view text);

  // A pre-release comes before its release; what follows '+' does not count.
  std::weak_ordering operator<=>(const SemanticVersion& other) const;
  bool operator==(const SemanticVersion& other) const { return (*this <=> other) == 0; }

 private:
  static constexpr std::size_t kNumbers = 4;
  std::array<std::string, kNumbers> numbers_;  // without leading zeros; empty: 0
  std::vector<std::string> preRelease_;
};

}  // namespace sluice
