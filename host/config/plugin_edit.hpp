// Changing `plugins.enable` in the text of a configuration: one name is put in or taken out, and
// every other byte stays as it is. The list may be in brackets or of lines with dashes.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice::config {

// Whether the text itself has `plugins.enable`, whatever it includes.
bool listsPlugins(std::string_view text);

// The text with `stem` at the end of the list; the list is made where there is none. Errors say
// where and why the text must be changed by hand; they begin with "line N: ".
Result<std::string> withPlugin(std::string_view text, std::string_view stem);

// The text without the element of the list that begins at that place (line and column from 1, the
// column in characters), as PluginFile::where tells it.
Result<std::string> withoutPlugin(std::string_view text, unsigned line, unsigned column);

}  // namespace sluice::config
