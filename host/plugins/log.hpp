// Where messages from plugins, and about what they do wrong at run time, go.
// Threads: log() from any thread; setLogSink() from any, but best before the first plugin is
// opened.
#pragma once

#include <functional>
#include <string_view>

namespace sluice::plugins {

enum class LogLevel : int { debug = 0, info = 1, warning = 2, error = 3 };

// Called from any thread, also several at once; must not block or throw. `plugin` is the instance
// ("groq (sluice.openai)") or the library's file stem; `message` is one line of valid UTF-8.
using LogSink = std::function<void(int level, std::string_view plugin, std::string_view message)>;

// Messages are dropped until one is set; an empty one drops them again.
void setLogSink(LogSink sink);

void log(LogLevel level, std::string_view plugin, std::string_view message) noexcept;

}  // namespace sluice::plugins
