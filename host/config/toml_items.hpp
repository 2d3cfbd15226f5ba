// What a TOML text says, and where: enough of the language to add to a file without reading its
// values. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

struct TomlItem {
  std::vector<std::string> path;  // of a setting with its table's before it
  bool header = false;            // the line that begins a table
  std::string_view line;          // as written, up to the end of a setting's value
  std::string_view value;         // of a setting; points into the text
};

// In the order written. Nothing if the text is not TOML, as far as that is seen here.
std::optional<std::vector<TomlItem>> tomlItems(std::string_view text);

}  // namespace sluice::config
