#include "app/installation.hpp"

#include <filesystem>

namespace sluice::app {

namespace fs = std::filesystem;

std::string programFile() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).string();
}

std::string pluginDirectory(const std::string& configured) {
  const fs::path wanted(configured);
  if (wanted.is_absolute()) return configured;
  const fs::path beside = fs::path(programFile()).parent_path();
  std::error_code error;
  if (fs::is_directory(beside / wanted, error)) return (beside / wanted).string();
  return (beside.parent_path() / "lib" / "sluice" / wanted).string();
}

Sdk installedSdk() {
  const fs::path beside = fs::path(programFile()).parent_path();
  std::error_code error;
  if (fs::is_directory(beside / "templates", error))
    return {beside.string(), (beside / "templates").string(), true};
  const fs::path prefix = beside.parent_path();
  return {prefix.string(), (prefix / "share" / "sluice" / "templates").string(), false};
}

}  // namespace sluice::app
