#include "config/fault.hpp"

#include "base/text.hpp"

namespace sluice::config {

namespace {

// Beyond these a search for the nearest name would cost more than it tells.
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kMostNames = 1000;

std::string place(const std::string& file, unsigned line, unsigned column) {
  if (line == 0) return file;
  return file + ':' + std::to_string(line) + ':' + std::to_string(column);
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace

std::string render(const Fault& fault) {
  std::string out = place(fault.file, fault.line, fault.column) + ": error: " + fault.message;
  if (fault.line == 0 || fault.sourceLine.empty()) return out;
  out += '\n' + fault.sourceLine;
  if (fault.column == 0 || fault.column > characters(fault.sourceLine) + 1) return out;
  return out + '\n' + std::string(fault.column - 1, ' ') + '^';
}

std::string render(const std::vector<Fault>& faults) {
  std::string out;
  for (const Fault& fault : faults) {
    if (!out.empty()) out += '\n';
    out += render(fault);
  }
  return out;
}

std::string render(const Notice& notice) {
  return place(notice.file, notice.line, notice.column) + ": warning: " + notice.message;
}

std::string didYouMean(std::string_view name, const std::vector<std::string_view>& known) {
  if (name.size() > kLongestName || known.size() > kMostNames) return {};
  const std::string_view best = text::nearest(name, known);
  if (best.empty()) return {};
  return "; did you mean '" + std::string(best) + "'?";
}

}  // namespace sluice::config
