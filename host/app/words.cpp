#include "app/words.hpp"

#include <algorithm>

namespace sluice::app {

std::string replaced(std::string_view text, const Words& words) {
  std::string out;
  while (!text.empty()) {
    const auto found = std::ranges::find_if(words, [&](const auto& word) {
      return !word.first.empty() && text.starts_with(word.first);
    });
    if (found == words.end()) {
      out += text.front();
      text.remove_prefix(1);
    } else {
      out += found->second;
      text.remove_prefix(found->first.size());
    }
  }
  return out;
}

std::string counted(std::size_t count, std::string_view thing) {
  return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

std::string shellWord(const std::string& word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+:,@%=";
  if (!word.empty() && word.find_first_not_of(plain) == word.npos) return word;
  return "'" + replaced(word, {{"'", "'\\''"}}) + "'";
}

}  // namespace sluice::app
