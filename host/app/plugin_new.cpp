// sluice plugins new: writes the directory of a new plugin from the SDK's templates. A template is
// a directory <language>/<kind>; what is in <language>/common goes to every kind. In the names and
// the contents of its files the words between @ are replaced, as in <language>/next.txt, the
// commands to type next, and then.txt, what comes after them; see sdk/template/README.md.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <vector>

#include "app/commands.hpp"
#include "app/installation.hpp"
#include "app/words.hpp"
#include "base/result.hpp"
#include "plugins/registry.hpp"

namespace sluice::app {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 64;
constexpr const char* kCommon = "common";

bool isLetter(char c) { return c >= 'a' && c <= 'z'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

std::optional<Error> faultOfName(const std::string& name) {
  const bool known = std::all_of(name.begin(), name.end(), [](char c) {
    return isLetter(c) || isDigit(c) || c == '-' || c == '_';
  });
  if (name.empty() || !known || !isLetter(name.front()) || name.size() > kLongestName) {
    return Error{"'" + name +
                 "' cannot be a plugin's name: it must begin with a letter a-z, hold nothing but "
                 "a-z, 0-9, - and _, and be no longer than 64"};
  }
  // Names of targets that build systems have themselves, and of our own plugins.
  constexpr std::array<std::string_view, 11> taken = {"all",     "clean",  "demo",    "help",
                                                      "install", "openai", "package", "priority",
                                                      "sluice",  "src",    "test"};
  if (std::find(taken.begin(), taken.end(), name) == taken.end()) return std::nullopt;
  return Error{"'" + name + "' cannot be a plugin's name: it is taken; try my-" + name};
}

// my-plugin2 as MyPlugin2.
std::string camelCase(const std::string& name) {
  std::string out;
  bool upper = true;
  for (const char c : name) {
    if (c == '-' || c == '_') {
      upper = true;
      continue;
    }
    out += upper && isLetter(c) ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return out;
}

std::vector<std::string> directoriesIn(const fs::path& where) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(where, error)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && name.front() != '.' && name != kCommon) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::optional<Error> faultOfChoice(const char* option, const std::string& given,
                                   const fs::path& where) {
  const std::vector<std::string> known = directoriesIn(where);
  if (std::find(known.begin(), known.end(), given) != known.end()) return std::nullopt;
  return Error{std::string(option) + " '" + given + "' is unknown; there is: " + listed(known)};
}

std::string contentOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Copies the files below `from`, if there is such a directory; adds what it wrote to `written`.
std::optional<Error> fill(const fs::path& from, const fs::path& to, const Words& words,
                          std::vector<std::string>& written) {
  if (!fs::is_directory(from)) return std::nullopt;
  try {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(from)) {
      if (entry.is_directory()) continue;
      const std::string name = replaced(entry.path().lexically_relative(from).string(), words);
      const fs::path file = to / name;
      fs::create_directories(file.parent_path());
      std::ofstream out(file, std::ios::binary);
      out << replaced(contentOf(entry.path()), words);
      out.close();
      if (!out) return Error{"cannot write " + file.string()};
      fs::permissions(file, entry.status().permissions() | fs::perms::owner_write);
      written.push_back(name);
    }
  } catch (const fs::filesystem_error& error) {
    return Error{error.path1().string() + ": " + error.code().message()};
  }
  return std::nullopt;
}

// What cmake is told so that it finds the SDK: nothing where it looks by itself.
std::string sdkArgument(const Sdk& sdk) {
  if (sdk.built) return " " + shellWord("-DSluiceSDK_DIR=" + sdk.prefix + "/sdk");
  if (sdk.prefix == "/usr" || sdk.prefix == "/usr/local") return "";
  return " " + shellWord("-DCMAKE_PREFIX_PATH=" + sdk.prefix);
}

// What is wrong with what is asked for, before anything is written.
std::optional<Error> faultOf(const Options::NewPlugin& wanted, const Sdk& sdk,
                             const fs::path& target) {
  if (auto fault = faultOfName(wanted.name)) return fault;
  const fs::path templates = sdk.templates;
  if (!fs::is_directory(templates))
    return Error{"the SDK's templates are not installed: " + sdk.templates + " is missing"};
  if (auto fault = faultOfChoice("--language", wanted.language, templates)) return fault;
  if (auto fault = faultOfChoice("--kind", wanted.kind, templates / wanted.language)) return fault;
  if (!wanted.id.empty() && !plugins::isComponentId(wanted.id))
    return Error{"--id '" + wanted.id + "' must be a reverse domain name such as org.example.echo"};
  std::error_code failure;
  const bool empty = fs::is_directory(target, failure) && fs::is_empty(target, failure);
  if (!empty && (fs::exists(target, failure) || fs::is_symlink(target)))
    return Error{target.string() + " exists already; nothing is written"};
  return std::nullopt;
}

int refuse(const Error& error) {
  std::cerr << "sluice: " << error.message << '\n';
  return 1;
}

}  // namespace

int newPlugin(const Options& options) {
  const Options::NewPlugin& wanted = options.newPlugin;
  const Sdk sdk = installedSdk();
  const fs::path target(wanted.directory.empty() ? wanted.name : wanted.directory);
  if (const auto fault = faultOf(wanted, sdk, target)) return refuse(*fault);

  // Beside the templates lies what else comes with the SDK.
  std::error_code error;
  const fs::path share = fs::canonical(sdk.templates, error).parent_path();
  const fs::path include = sdk.built ? share / "include" : fs::path(sdk.prefix) / "include";
  const Words words = {{"@NAME@", wanted.name},
                       {"@ID@", wanted.id.empty() ? "com.example." + wanted.name : wanted.id},
                       {"@CLASS@", camelCase(wanted.name)},
                       {"@SYMBOL@", replaced(wanted.name, {{"-", "_"}})},
                       {"@DIRECTORY@", shellWord(target.string())},
                       {"@SDK@", sdkArgument(sdk)},
                       {"@SHARE@", share.string()},
                       {"@INCLUDE@", include.string()},
                       {"@PLUGINS@", shellWord(pluginDirectory("plugins"))},
                       {"@SLUICE@", shellWord(programFile())}};
  const fs::path language = fs::path(sdk.templates) / wanted.language;
  std::vector<std::string> written;
  for (const std::string& part : {std::string(kCommon), wanted.kind}) {
    if (const auto fault = fill(language / part, target, words, written)) return refuse(*fault);
  }
  std::sort(written.begin(), written.end());
  std::cout << "wrote " << target.string() << ": " << listed(written) << "\n";

  std::cout << "\nNext:\n" << replaced(contentOf(language / "next.txt"), words);
  std::cout << "\n" << replaced(contentOf(fs::path(sdk.templates) / "then.txt"), words);
  return 0;
}

}  // namespace sluice::app
