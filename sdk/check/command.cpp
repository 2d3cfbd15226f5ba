#include "command.hpp"

namespace sluice::check {

namespace {

// 0.5 as "0.5", 10 as "10".
std::string number(double value) {
  std::string out = std::to_string(value);
  out.erase(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) out.pop_back();
  return out;
}

std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+:,@%=";
  if (!word.empty() && word.find_first_not_of(kPlain) == word.npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

std::vector<std::string> wordsOf(const Options& options) {
  std::vector<std::string> out = {options.file};
  if (!options.transcripts.empty()) out.insert(out.end(), {"--transcripts", options.transcripts});
  for (const auto& [component, settings] : options.settings)
    out.insert(out.end(), {"--settings", component + "=" + settings});
  if (!options.model.empty()) out.insert(out.end(), {"--model", options.model});
  if (options.timeout != Options().timeout)
    out.insert(out.end(), {"--timeout", number(options.timeout)});
  return out;
}

std::string shellLine(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + quoted(word);
  return out;
}

}  // namespace sluice::check
