// Clients' files: where they lie, and writing into them.
// Threads: reads the environment; blocks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/connect/document.hpp"
#include "app/connect/merge.hpp"
#include "base/result.hpp"

namespace sluice::app {

// As people write it: "~/.codex/config.toml".
std::string shownPlace(const Place& place);

struct Change {
  std::string shown;   // the file's name
  std::string target;  // links followed
  bool exists = false;
  bool needed = false;  // it does not hold all of it yet
  Merged merged;
};

// What writing a document would change. Error: names the file.
Result<Change> changeFor(const Document& document);

// Does it; what was there is copied beside the file before. Returns the copy's name, empty if there
// is none.
Result<std::string> apply(const Change& change);

}  // namespace sluice::app
