// Arguments: options of the form `--name value`; what follows a lone `--` is kept apart.
// Threads: a plain value. A fault in the command line ends the program with exit code 2.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::bench {

class Arguments {
 public:
  // Reads argv[from] and what follows it.
  Arguments(int argc, char** argv, int from);

  std::uint64_t number(const std::string& name, std::uint64_t otherwise);
  std::string text(const std::string& name, const std::string& otherwise);
  // A number that must be given and fit in 16 bits.
  std::uint16_t port(const std::string& name);
  // What followed `--`, with a null at the end, for execvp. It lives as long as argv.
  const std::vector<char*>& command() const noexcept { return command_; }

  // To be called when every option has been asked for: what is left is unknown.
  void finish() const;

 private:
  std::map<std::string, std::string> options_;
  std::vector<char*> command_;
};

[[noreturn]] void failUsage(const std::string& message);

}  // namespace sluice::bench
