#include "dialects/anthropic_proof.hpp"

namespace sluice::dialects {

std::string markedProof(std::string_view format, std::string_view proof) {
  if (proof.empty()) return std::string(kForeignMark);
  if (format == kAnthropicFormat) return std::string(proof);
  std::string made(kForeignMark);
  made.append(format).append(":").append(proof);
  return made;
}

Proof readProof(std::string_view text) noexcept {
  if (text.empty()) return {};
  if (!text.starts_with(kForeignMark)) return {kAnthropicFormat, text};
  text.remove_prefix(kForeignMark.size());
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return {};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace sluice::dialects
