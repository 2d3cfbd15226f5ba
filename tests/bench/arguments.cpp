#include "arguments.hpp"

#include <cstdio>
#include <cstdlib>

#include "base/text.hpp"

namespace sluice::bench {

void failUsage(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(2);
}

Arguments::Arguments(int argc, char** argv, int from) {
  int at = from;
  for (; at < argc; at += 2) {
    const std::string_view name = argv[at];
    if (name == "--") break;
    if (!name.starts_with("--")) failUsage("not an option: " + std::string(name));
    if (at + 1 == argc) failUsage("a value is missing after " + std::string(name));
    options_[std::string(name.substr(2))] = argv[at + 1];
  }
  for (++at; at < argc; ++at) command_.push_back(argv[at]);
  command_.push_back(nullptr);
}

std::string Arguments::text(const std::string& name, const std::string& otherwise) {
  const auto node = options_.extract(name);
  return node.empty() ? otherwise : node.mapped();
}

std::uint64_t Arguments::number(const std::string& name, std::uint64_t otherwise) {
  const std::string value = text(name, std::to_string(otherwise));
  const auto parsed = text::parseUnsigned(value);
  if (!parsed) failUsage("--" + name + " must be a number, not '" + value + "'");
  return *parsed;
}

std::uint16_t Arguments::port(const std::string& name) {
  const std::uint64_t value = number(name, 0);
  if (value == 0 || value > 65535) failUsage("--" + name + " must be a port, from 1 to 65535");
  return static_cast<std::uint16_t>(value);
}

void Arguments::finish() const {
  if (!options_.empty()) failUsage("unknown option: --" + options_.begin()->first);
}

}  // namespace sluice::bench
