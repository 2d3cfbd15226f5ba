// Admission: what is asked of a plugin file before any byte of it runs. It sees the bytes that will
// run, not the file: that may be another by then.
// Threads: pure functions of what they are given; they may read files that lie beside the plugin.
#pragma once

#include <optional>

#include "base/result.hpp"
#include "config/model.hpp"
#include "plugins/file_content.hpp"

namespace sluice::plugins {

// `file`: the plugin as the configuration names it. `content`: its path, its bytes and their hash.
// Nothing: it may be opened. Error: why not, without the file's name.
std::optional<Error> refusalOf(const config::PluginFile& file, const FileContent& content);

}  // namespace sluice::plugins
