#include "data_url.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <sluice/plugin.hpp>

namespace anthropic {
namespace {

std::optional<std::string> fromBase64(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>(bits >> count & 0xFF));
  }
  return out;
}

std::optional<std::string> fromPercents(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    unsigned byte = 0;
    const char* from = text.data() + i + 1;
    if (text.size() - i < 3 || std::from_chars(from, from + 2, byte, 16).ptr != from + 2)
      return std::nullopt;
    out.push_back(static_cast<char>(byte));
    i += 2;
  }
  return out;
}

bool isUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = sluice::detail::utf8Size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace

std::optional<DataUrl> parseDataUrl(std::string_view url) {
  constexpr std::string_view scheme = "data:", base64 = ";base64";
  const std::size_t comma = url.find(',');
  if (url.substr(0, scheme.size()) != scheme || comma == std::string_view::npos)
    return std::nullopt;
  DataUrl out;
  std::string_view head = url.substr(scheme.size(), comma - scheme.size());
  if (head.size() >= base64.size() && head.substr(head.size() - base64.size()) == base64) {
    out.base64 = true;
    head.remove_suffix(base64.size());
  }
  out.type = head.substr(0, head.find(';'));
  out.data = url.substr(comma + 1);
  return out;
}

std::optional<std::string> textOf(const DataUrl& url) {
  auto text = url.base64 ? fromBase64(url.data) : fromPercents(url.data);
  if (text && !isUtf8(*text)) return std::nullopt;
  return text;
}

bool isText(std::string_view type) {
  constexpr std::array<std::string_view, 4> others = {"", "application/json", "application/xml",
                                                      "application/yaml"};
  for (const std::string_view other : others)
    if (type == other) return true;
  return type.substr(0, 5) == "text/";
}

}  // namespace anthropic
