// TextTable: rows of cells, printed in columns as wide as they need to be.
// Threads: a plain value.
#pragma once

#include <string>
#include <vector>

namespace sluice::app {

class TextTable {
 public:
  // The last cell of a row is never padded.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // Each line begins with `before`.
  std::string text(const std::string& before = {}) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sluice::app
