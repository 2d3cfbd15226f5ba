// Fault and Notice: what is wrong, or odd, in a configuration, with the place where it stands.
// Threads: plain values.
#pragma once

#include <string>
#include <vector>

namespace sluice::config {

struct Fault {
  std::string file;
  unsigned line = 0;    // from 1; 0: the file as a whole
  unsigned column = 0;  // from 1, in characters
  std::string message;
  std::string sourceLine;  // as written, with secrets starred out and long tails cut
  bool operator==(const Fault&) const = default;
};

// Allowed, but probably not meant.
struct Notice {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;
  std::string message;
  bool operator==(const Notice&) const = default;
};

// "sluice.yaml:14:7: error: ...", then the source line and a caret below the column. Without a
// newline at the end.
std::string render(const Fault& fault);
std::string render(const std::vector<Fault>& faults);  // one after the other
// "sluice.yaml:14:7: warning: ...".
std::string render(const Notice& notice);

// "; did you mean 'strategy'?", or nothing if none of `known` is near.
std::string didYouMean(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace sluice::config
