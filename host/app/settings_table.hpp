// A component's settings as a table for people, read from its schema.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "app/text_table.hpp"

namespace sluice::app {

// A row a setting: name, type, default, what it is for; settings within others as "outer.inner".
// Of a schema that allows anything: no rows but the heading.
TextTable settingsTable(std::string_view schema);

}  // namespace sluice::app
