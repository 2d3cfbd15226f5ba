// Outline: a YAML text as a tree of values that know which bytes they are written in, for changing
// the text in place. Threads: plain values; pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

struct Outline {
  enum class Kind : std::uint8_t { scalar, map, list, alias };
  struct Entry;

  Kind kind = Kind::scalar;
  bool flow = false;      // in brackets
  bool plain = false;     // a scalar without quotes
  bool anchored = false;  // has an anchor or a tag before it
  bool written = false;   // false: there is nothing where the value would be
  std::size_t begin = 0;  // bytes of the text; of what is written
  std::size_t end = 0;    // behind its last byte, a closing bracket included
  unsigned line = 0;      // of its begin, from 1
  unsigned column = 0;    // from 1, in characters
  std::string text;       // of a scalar
  std::vector<Outline> items;
  std::vector<Entry> entries;

  const Entry* find(std::string_view key) const;
};

struct Outline::Entry {
  Outline key;
  Outline value;
};

// Nothing if the text is not one document that can be read to its end.
std::optional<Outline> outlineOf(std::string_view text);

}  // namespace sluice::config
