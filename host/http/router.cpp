#include "http/router.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "wire/chars.hpp"

namespace sluice::http {

namespace {

std::string_view takeSegment(std::string_view& path) noexcept {
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

std::string_view withoutSlashes(std::string_view path) noexcept {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

int hexValue(char c) noexcept { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

// Takes one byte, escaped or not, off the front of a path that isWellEscaped().
char takeByte(std::string_view& escaped) noexcept {
  char byte = escaped.front();
  std::size_t size = 1;
  if (byte == '%') {
    byte = static_cast<char>(hexValue(escaped[1]) * 16 + hexValue(escaped[2]));
    size = 3;
  }
  escaped.remove_prefix(size);
  return byte;
}

bool equalsEscaped(std::string_view escaped, std::string_view plain) noexcept {
  for (const char c : plain) {
    if (escaped.empty() || takeByte(escaped) != c) return false;
  }
  return escaped.empty();
}

bool answers(std::string_view routeMethod, std::string_view method) noexcept {
  return routeMethod == method || (method == "HEAD" && routeMethod == "GET");
}

}  // namespace

bool isWellEscaped(std::string_view path) noexcept {
  for (std::size_t at = path.find('%'); at != path.npos; at = path.find('%', at + 3)) {
    const std::string_view digits = path.substr(at + 1, 2);
    if (digits.size() < 2 || !wire::allIn(digits, wire::hexDigit)) return false;
    const int byte = hexValue(digits[0]) * 16 + hexValue(digits[1]);
    if (byte < 0x20 || byte == 0x7f) return false;
  }
  return true;
}

void Router::add(Route route) {
  Entry entry{std::move(route), {}, false};
  std::string_view path = entry.route.path;
  for (auto segment = takeSegment(path); !segment.empty(); segment = takeSegment(path)) {
    entry.takesRest = segment.starts_with('{');
    if (!entry.takesRest) entry.segments.emplace_back(segment);
  }
  entries_.push_back(std::move(entry));
}

bool Router::leads(const Entry& entry, std::string_view path, std::string_view& rest) {
  if (entry.route.versioned) {
    std::string_view below = path;
    if (takeSegment(below) == "v1") path = below;
  }
  for (const std::string& segment : entry.segments) {
    if (!equalsEscaped(takeSegment(path), segment)) return false;
  }
  rest = withoutSlashes(path);
  return true;
}

bool Router::matches(const Entry& entry, std::string_view path, std::string_view& rest) {
  return leads(entry, path, rest) && rest.empty() != entry.takesRest;
}

const Route* Router::find(std::string_view method, std::string_view path, std::string& rest) const {
  rest.clear();
  if (!isWellEscaped(path)) return nullptr;
  for (const Entry& entry : entries_) {
    std::string_view escaped;
    if (!answers(entry.route.method, method) || !matches(entry, path, escaped)) continue;
    while (!escaped.empty()) rest += takeByte(escaped);
    return &entry.route;
  }
  return nullptr;
}

Restate Router::restateAt(std::string_view path) const {
  if (!isWellEscaped(path)) return nullptr;
  for (const Entry& entry : entries_) {
    std::string_view rest;
    if (entry.route.restate != nullptr && leads(entry, path, rest)) return entry.route.restate;
  }
  return nullptr;
}

std::string Router::methods(std::string_view path) const {
  constexpr std::array<std::string_view, 6> known{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
  std::string list;
  if (!isWellEscaped(path)) return list;
  for (const std::string_view method : known) {
    const bool any = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      std::string_view rest;
      return answers(entry.route.method, method) && (path == "*" || matches(entry, path, rest));
    });
    if (any) list.append(method).append(", ");
  }
  if (!list.empty()) list += "OPTIONS";
  return list;
}

}  // namespace sluice::http
