// Words put into texts: placeholders of templates, and quoting for a shell.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::app {

using Words =
    std::vector<std::pair<std::string, std::string>>;  // what stands there, what it becomes

// In one pass from the left: what has been put in is not looked at again.
std::string replaced(std::string_view text, const Words& words);

// "1 model", "2 models".
std::string counted(std::size_t count, std::string_view thing);

// One word of a shell's command line, in quotes where it needs them.
std::string shellWord(const std::string& word);

}  // namespace sluice::app
