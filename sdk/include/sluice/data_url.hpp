// sluice/data_url.hpp: data URLs, as clients send images and files: what they hold, and the
// encodings in which it stands.
// Threads: pure functions.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <sluice/core.hpp>
#include <string>
#include <string_view>

namespace sluice {

// data:[type][;attributes][;base64],data. Views into the URL.
struct DataUrl {
  std::string_view type, data;
  bool base64 = false;
};

// Nothing if it is no data URL. What it holds is not looked at.
inline std::optional<DataUrl> parseDataUrl(std::string_view url) noexcept {
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

// Whether a media type is one of texts: text/*, or such as JSON. No type at all is text too.
inline bool isTextType(std::string_view type) noexcept {
  for (const std::string_view other :
       {std::string_view(), std::string_view("application/json"),
        std::string_view("application/xml"), std::string_view("application/yaml")})
    if (type == other) return true;
  return type.substr(0, 5) == "text/";
}

namespace detail {

inline std::optional<std::string> fromBase64(std::string_view text) {
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

inline std::optional<std::string> fromPercents(std::string_view text) {
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

inline bool isUtf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t size = utf8Size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace detail

// The text that a data URL holds; nothing if it is not well encoded, or not UTF-8.
inline std::optional<std::string> textOf(const DataUrl& url) {
  auto text = url.base64 ? detail::fromBase64(url.data) : detail::fromPercents(url.data);
  if (text && !detail::isUtf8(*text)) return std::nullopt;
  return text;
}

}  // namespace sluice
