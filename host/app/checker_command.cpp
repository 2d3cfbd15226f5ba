// sluice plugins check: the SDK's checker takes this process over.
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "app/commands.hpp"
#include "app/installation.hpp"

namespace sluice::app {

namespace fs = std::filesystem;

int checkPlugin(const Options& options) {
  const std::string name = "sluice-plugin-check";
  const fs::path here = fs::path(programFile()).parent_path();
  std::error_code ignored;
  const bool beside = fs::exists(here / name, ignored);
  std::vector<std::string> words{beside ? (here / name).string() : name, options.pluginFile};
  words.insert(words.end(), options.passedOn.begin(), options.passedOn.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execvp(arguments.front(), arguments.data());
  if (errno == ENOENT) {
    std::cerr << "error: " << name << " is neither in " << here.string()
              << " nor in PATH; it comes with the plugin SDK\n";
  } else {
    std::cerr << "error: " << words.front() << ": " << std::generic_category().message(errno)
              << '\n';
  }
  return 1;
}

}  // namespace sluice::app
