// From a file to one tree: it is parsed, its variables are replaced, and the files that it includes
// are taken in, as are those that they include.
// Threads: reads files; used by one.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/result.hpp"
#include "config/environment.hpp"
#include "config/node.hpp"
#include "config/report.hpp"

namespace sluice::config {

// A file's text without a byte order mark; at most one byte more than a file may have.
Result<std::string> readText(const std::filesystem::path& file);

// By canonical path: what to take instead of what these files hold.
using Texts = std::map<std::filesystem::path, std::string>;
Result<std::string> readText(const std::filesystem::path& file, const Texts& instead);

struct Assembled {
  Node root;
  bool whole = true;  // false: a file could not be read, so that names may be missing
};

// `file` is one of the report's, its text already read. `path` is where it lies, to notice that it
// includes itself; empty: nowhere. Without `followIncludes` an `include` is a fault.
Assembled assemble(std::uint32_t file, const std::filesystem::path& path, bool followIncludes,
                   const Texts& instead, const Lookup& lookup, Report& report);

}  // namespace sluice::config
