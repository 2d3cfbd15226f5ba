// Environment: where the variables of a configuration get their values: the process, and a `.env`
// file for those that the process does not have.
// Threads: pure functions; the process's environment must not be changed meanwhile.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "config/report.hpp"

namespace sluice::config {

// The value of a variable; nothing if there is none.
using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

Lookup processEnvironment();

// What `first` does not know, or knows as empty, is looked up in `second`.
Lookup orElse(Lookup first, std::map<std::string, std::string> second);

// A `.env` file, one variable a line:
//   NAME=value           up to the end of the line or to ` #`; blanks around it do not count
//   NAME='value'         as it stands
//   NAME="value"         with \n, \r, \t, \", \\ and \$
//   export NAME=value    the same; blank lines and lines that begin with # say nothing
// The last of two lines for one name counts. Values never show in the report.
std::map<std::string, std::string> parseDotEnv(Report& report, std::uint32_t file);

// A letter or `_`, then letters, digits and `_`.
bool isVariableName(std::string_view text);

}  // namespace sluice::config
