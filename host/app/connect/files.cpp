#include "app/connect/files.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "app/new_file.hpp"
#include "config/environment.hpp"

namespace sluice::app {

namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  return *name == '\0' ? std::string() : config::processEnvironment()(name).value_or("");
}

Result<std::string> pathOf(const Place& place) {
  const std::string chosen = variable(place.variable);
  if (!chosen.empty()) return (fs::path(chosen) / place.name).string();
  const std::string usual = place.usual;
  if (!usual.starts_with('~')) return (fs::path(usual) / place.name).lexically_normal().string();
  const std::string home = variable("HOME");
  if (home.empty()) return Error{shownPlace(place) + ": HOME is not set"};
  return home + usual.substr(1) + "/" + place.name;
}

// The file itself, where its name is a link. One that is not there yet is its own.
Result<std::string> targetOf(const std::string& path, bool& exists) {
  std::error_code failure;
  const fs::file_status status = fs::symlink_status(path, failure);
  exists = fs::exists(status);
  if (failure && status.type() != fs::file_type::not_found) return Error{failure.message()};
  if (!exists) return path;
  const fs::path target = fs::canonical(path, failure);
  if (failure) return Error{failure.message()};
  if (!fs::is_regular_file(target, failure)) return Error{"is no file"};
  return target.string();
}

Result<std::string> contentOf(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in.is_open() || in.bad()) return Error{"cannot be read"};
  return text;
}

// FILE.bak, or the first of FILE.bak.2, .3 ... that is not there yet.
Result<std::string> backUp(const std::string& file) {
  std::error_code failure;
  for (unsigned number = 1; number < 1000; ++number) {
    const std::string copy = file + ".bak" + (number == 1 ? "" : "." + std::to_string(number));
    if (fs::copy_file(file, copy, failure)) return copy;
    if (failure != std::errc::file_exists) break;
  }
  return Error{file + ": cannot be copied: " + failure.message()};
}

}  // namespace

std::string shownPlace(const Place& place) {
  const std::string chosen = variable(place.variable);
  const fs::path directory = chosen.empty() ? place.usual : chosen;
  return (directory / place.name).lexically_normal().string();
}

Result<Change> changeFor(const Document& document) {
  Change change;
  change.shown = shownPlace(document.place);
  const auto named = [&change](const Error& error) {
    return Error{change.shown + ": " + error.message};
  };
  const auto path = pathOf(document.place);
  if (!path) return path.error();
  auto target = targetOf(*path, change.exists);
  if (!target) return named(target.error());
  change.target = *std::move(target);
  std::string before;
  if (change.exists) {
    auto content = contentOf(change.target);
    if (!content) return named(content.error());
    before = *std::move(content);
  }
  auto merged = merge(document, before);
  if (!merged) return named(merged.error());
  change.merged = *std::move(merged);
  change.needed = !change.exists || change.merged.text != before;
  return change;
}

Result<std::string> apply(const Change& change) {
  const fs::path directory = fs::path(change.target).parent_path();
  std::error_code failure;
  if (!directory.empty()) fs::create_directories(directory, failure);
  if (failure) return Error{change.shown + ": cannot be written: " + failure.message()};
  std::string copy;
  if (change.exists) {
    auto made = backUp(change.target);
    if (!made) return made.error();
    copy = *std::move(made);
  }
  if (const auto fault = replaceFile(change.target, change.merged.text)) return *fault;
  return copy;
}

}  // namespace sluice::app
