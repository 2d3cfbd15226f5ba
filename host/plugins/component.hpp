// Components: what a library offers, read from its tables and checked.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.h>

#include <string>
#include <string_view>
#include <vector>

#include "plugins/library.hpp"
#include "plugins/registry.hpp"

namespace sluice::plugins {

// A library's face and the tables behind it.
struct Description {
  LibraryInfo info;
  std::vector<const sluice_component*> tables;  // beside info.components
  std::vector<std::string> problems;            // "component org.example.echo: has no create()"
};

// Components that cannot be used are problems and are left out.
Description describe(const std::string& file, const FileContent& content,
                     const sluice_library& library);

}  // namespace sluice::plugins
