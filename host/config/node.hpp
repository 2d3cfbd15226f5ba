// Node: one value of a YAML document, with its place. What document.hpp builds, expand.hpp fills
// in, include.hpp merges and reader.hpp turns into a Config. Threads: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/report.hpp"

namespace sluice::config {

struct Node {
  enum class Kind : std::uint8_t { scalar, map, list };
  struct Entry;

  Kind kind = Kind::scalar;
  bool plain = false;     // a scalar without quotes: its text may be a number, true, null
  bool replaced = false;  // a scalar in which variables were replaced
  bool broken = false;    // a scalar whose variables are written wrongly, which has been reported
  Mark mark;
  std::string text;                // of a scalar
  std::vector<std::string> unset;  // variables that it needs and that have no value
  std::vector<Node> items;         // of a list
  std::vector<Entry> entries;      // of a map, in the order written; no key twice

  // `key:` with nothing behind it, or a plain `null` or `~`.
  bool isNull() const;
  const Entry* find(std::string_view key) const;
  Entry* find(std::string_view key);
};

struct Node::Entry {
  std::string key;
  Mark mark;  // of the key
  Node value;
};

}  // namespace sluice::config
