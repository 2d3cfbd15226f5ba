#include "config/pretty.hpp"

namespace sluice::config {

std::string indented(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  bool quoted = false;
  const auto newLine = [&] { out.append("\n").append(2 * depth, ' '); };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    const char next = i + 1 < json.size() ? json[i + 1] : '\0';
    if (quoted) {
      out += c;
      if (c == '\\') out += json[++i];
      else if (c == '"') quoted = false;
    } else if ((c == '{' && next == '}') || (c == '[' && next == ']')) {
      out += c;
      out += json[++i];
    } else if (c == '{' || c == '[') {
      ++depth;
      out += c;
      newLine();
    } else if (c == '}' || c == ']') {
      --depth;
      newLine();
      out += c;
    } else if (c == ',') {
      out += c;
      newLine();
    } else {
      quoted = c == '"';
      out += c;
      if (c == ':') out += ' ';
    }
  }
  return out + '\n';
}

}  // namespace sluice::config
