#include "config/report.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sluice::config {

namespace {

constexpr std::size_t kMostFaults = 200;
constexpr std::size_t kLongestLine = 160;  // characters shown

// In the order of the files and of their lines; for one place, in the order reported.
template <class Entry>
std::vector<const Entry*> sorted(const std::vector<Entry>& entries) {
  std::vector<const Entry*> order;
  order.reserve(entries.size());
  for (const Entry& entry : entries) order.push_back(&entry);
  const auto place = [](const Entry* entry) {
    return std::tuple(entry->mark.file, entry->mark.line, entry->mark.column, entry);
  };
  std::sort(order.begin(), order.end(),
            [&](const Entry* a, const Entry* b) { return place(a) < place(b); });
  return order;
}

// Where each line begins. YAML's line breaks: LF, CR, CRLF.
std::vector<std::size_t> lineStarts(std::string_view text) {
  std::vector<std::size_t> starts{0};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool crlf = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if ((text[i] == '\n' || text[i] == '\r') && !crlf) starts.push_back(i + 1);
  }
  return starts;
}

bool continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// A message may hold names as they were written: whatever they are, it is one line of text.
std::string shown(std::string_view message) {
  constexpr std::size_t kLongestMessage = 500;
  std::string out;
  for (const char c : message) {
    if (out.size() >= kLongestMessage && !continuation(c)) return out + "...";
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return out;
}

}  // namespace

std::uint32_t Report::addFile(std::string name, std::string text) {
  files_.push_back({std::move(name), std::move(text), {}});
  return static_cast<std::uint32_t>(files_.size() - 1);
}

bool Report::full() const { return faults_.size() >= kMostFaults; }

void Report::fault(Mark mark, const std::string& message) {
  if (full()) ++uncounted_;
  else faults_.push_back({mark, shown(message)});
}

void Report::notice(Mark mark, const std::string& message) {
  if (notices_.size() < kMostFaults) notices_.push_back({mark, shown(message)});
}

void Report::hide(std::uint32_t file, std::size_t begin, std::size_t end) {
  if (begin < end) files_[file].hidden.push_back({begin, end});
}

std::string Report::where(Mark mark) const {
  return files_[mark.file].name + ':' + std::to_string(mark.line) + ':' +
         std::to_string(mark.column);
}

std::string Report::shownLine(const File& file, const std::vector<std::size_t>& starts,
                              std::uint32_t line) {
  if (line == 0 || line > starts.size()) return {};
  const std::size_t begin = starts[line - 1];
  const std::string_view text =
      std::string_view(file.text).substr(begin, line < starts.size() ? starts[line] - begin : -1);
  std::vector<Range> hidden;
  for (const Range& range : file.hidden) {
    if (range.begin < begin + text.size() && range.end > begin) hidden.push_back(range);
  }
  std::string out;
  std::size_t count = 0;
  bool cut = false;
  for (std::size_t i = 0; i < text.size() && text[i] != '\n' && text[i] != '\r' && !cut; ++i) {
    const char c = text[i];
    cut = !continuation(c) && ++count > kLongestLine;
    const bool secret = std::any_of(hidden.begin(), hidden.end(), [&](const Range& range) {
      return begin + i >= range.begin && begin + i < range.end;
    });
    if (cut) out += "...";
    else if (secret && c != ' ') out += continuation(c) ? "" : "*";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) out += ' ';
    else out += c;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  const bool nothingToSee = out.find_first_not_of(" *.") == out.npos;
  return nothingToSee ? std::string() : out;
}

std::vector<Fault> Report::faults() const {
  std::vector<std::vector<std::size_t>> starts;
  starts.reserve(files_.size());
  for (const File& file : files_) starts.push_back(lineStarts(file.text));
  std::vector<Fault> faults;
  for (const Entry* entry : sorted(faults_)) {
    const Mark& mark = entry->mark;
    const File& file = files_[mark.file];
    faults.push_back({file.name, mark.line, mark.column, entry->message,
                      shownLine(file, starts[mark.file], mark.line)});
  }
  if (uncounted_ > 0) {
    faults.push_back(
        {files_.front().name, 0, 0, "and " + std::to_string(uncounted_) + " more faults", {}});
  }
  return faults;
}

std::vector<Notice> Report::notices() const {
  std::vector<Notice> notices;
  for (const Entry* entry : sorted(notices_)) {
    const Mark& mark = entry->mark;
    notices.push_back({files_[mark.file].name, mark.line, mark.column, entry->message});
  }
  return notices;
}

}  // namespace sluice::config
