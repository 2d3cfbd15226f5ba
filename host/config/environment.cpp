#include "config/environment.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/text.hpp"

namespace sluice::config {

namespace {

bool nameCharacter(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (text::lower(c) >= 'a' && text::lower(c) <= 'z');
}

// One line of a `.env` file.
class Line {
 public:
  explicit Line(std::string_view text) : rest_(text) { skipBlanks(); }

  bool blank() const { return rest_.empty() || rest_.front() == '#'; }

  // What is wrong, or null.
  const char* parse() {
    if (rest_.starts_with("export ") || rest_.starts_with("export\t")) rest_.remove_prefix(7);
    skipBlanks();
    const std::size_t equals = rest_.find('=');
    if (equals == rest_.npos) return "expected NAME=value";
    const std::string_view left = text::trim(rest_.substr(0, equals));
    if (!isVariableName(left)) return "a variable's name is letters, digits and '_'";
    name = left;
    rest_.remove_prefix(equals + 1);
    skipBlanks();
    if (rest_.starts_with('\'') || rest_.starts_with('"')) return quoted();
    plain();
    return nullptr;
  }

  std::string name;
  std::string value;

 private:
  void skipBlanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) {
      rest_.remove_prefix(1);
    }
  }

  void plain() {
    std::size_t end = 0;
    for (; end < rest_.size(); ++end) {
      const bool apart = end == 0 || rest_[end - 1] == ' ' || rest_[end - 1] == '\t';
      if (rest_[end] == '#' && apart) break;
    }
    value = text::trim(rest_.substr(0, end));
  }

  const char* quoted() {
    const char quote = rest_.front();
    std::size_t at = 1;
    for (; at < rest_.size() && rest_[at] != quote; ++at) {
      if (quote == '\'' || rest_[at] != '\\') {
        value += rest_[at];
      } else {
        if (++at == rest_.size()) break;
        if (!escaped(rest_[at])) return "unknown escape; known are \\n \\r \\t \\\" \\\\ \\$";
      }
    }
    if (at >= rest_.size()) return "the quote is not closed on this line";
    rest_.remove_prefix(at + 1);
    skipBlanks();
    return blank() ? nullptr : "nothing but a comment may follow the closing quote";
  }

  bool escaped(char c) {
    constexpr std::string_view kWritten = "nrt\"\\$";
    constexpr std::string_view kMeant = "\n\r\t\"\\$";
    const std::size_t at = kWritten.find(c);
    if (at == kWritten.npos) return false;
    value += kMeant[at];
    return true;
  }

  std::string_view rest_;
};

}  // namespace

Lookup processEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

Lookup orElse(Lookup first, std::map<std::string, std::string> second) {
  return [first = std::move(first),
          second = std::move(second)](const std::string& name) -> std::optional<std::string> {
    std::optional<std::string> value = first ? first(name) : std::nullopt;
    if (value && !value->empty()) return value;
    const auto found = second.find(name);
    if (found == second.end()) return value;
    return found->second;
  };
}

std::map<std::string, std::string> parseDotEnv(Report& report, std::uint32_t file) {
  std::map<std::string, std::string> values;
  const std::string_view text = report.fileText(file);
  std::uint32_t number = 0;
  for (std::string_view written : text::split(text, '\n')) {
    ++number;
    const auto begin = static_cast<std::size_t>(written.data() - text.data());
    const std::size_t equals = written.find('=');
    report.hide(file, begin + (equals == written.npos ? 0 : equals + 1), begin + written.size());
    if (written.ends_with('\r')) written.remove_suffix(1);
    Line line(written);
    if (line.blank()) continue;
    if (const char* const fault = line.parse()) report.fault({file, number, 1}, fault);
    else values.insert_or_assign(std::move(line.name), std::move(line.value));
  }
  return values;
}

bool isVariableName(std::string_view text) {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
  return std::all_of(text.begin(), text.end(), nameCharacter);
}

}  // namespace sluice::config
