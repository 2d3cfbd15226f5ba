// sluice/answer_log.hpp: reads the lines that Recorder::log() writes of an answer.
// Threads: pure functions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

namespace sluice::testing {

namespace detail {

// A line of a log, cut before and after its text: `text "` `Hel` `"`.
struct LogLine {
  explicit LogLine(const std::string& line) : before(line) {
    std::size_t at = line.find(' ');
    if (line.rfind("text", 0) != 0 && line.rfind("reasoning", 0) != 0 &&
        line.rfind("refusal", 0) != 0 && line.rfind("tool_call", 0) != 0)
      return;
    // Fields first, such as `name="f"` or `index=1`; then the text, in quotes.
    while (at != std::string::npos && at + 1 < line.size() && line[at + 1] != '"')
      at = afterField(line, at + 1);
    if (at == std::string::npos || at + 1 >= line.size()) {
      hasText = line.rfind("tool_call", 0) == 0;  // of no arguments yet
      return;
    }
    const std::size_t end = afterQuoted(line, at + 1);
    if (end != line.size()) return;  // something stands behind the text
    before = line.substr(0, at);
    text = line.substr(at + 2, end - at - 3);
    hasText = true;
  }
  static std::size_t afterQuoted(const std::string& line, std::size_t quote) {
    std::size_t at = quote + 1;
    for (; at < line.size() && line[at] != '"'; ++at)
      if (line[at] == '\\') ++at;
    return std::min(at + 1, line.size());
  }
  static std::size_t afterField(const std::string& line, std::size_t at) {
    const std::size_t end = line.find_first_of("\" ", at);
    if (end == std::string::npos || line[end] == ' ') return end;
    return afterQuoted(line, end) < line.size() ? afterQuoted(line, end) : std::string::npos;
  }
  std::string before, text;
  bool hasText = false;
};

inline std::vector<std::string> linesOf(const std::string& log) {
  std::vector<std::string> out;
  std::istringstream in(log);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

}  // namespace detail

// The same log with neighbouring pieces of one text joined: a codec of raw bytes may push what it
// has, so that where its text is cut depends on how the bytes came.
inline std::string joinedTexts(const std::string& log) {
  std::string out, open;  // open: how the lines begin whose text goes on there
  const auto close = [&] {
    if (!open.empty()) out += "\"\n";
    open.clear();
  };
  for (const std::string& line : detail::linesOf(log)) {
    const detail::LogLine part(line);
    if (part.hasText && part.before == open) {
      out += part.text;
      continue;
    }
    close();
    out += part.hasText ? part.before + " \"" + part.text : line + "\n";
    if (!part.hasText) continue;
    // Only the first piece of a tool call has its id and name: `tool_call index=0 id=...`.
    const bool call = part.before.rfind("tool_call", 0) == 0;
    open = call ? part.before.substr(0, part.before.find(' ', part.before.find(' ') + 1))
                : part.before;
  }
  close();
  return out;
}

// How many choices of an answer a log says are finished.
inline std::size_t finishes(const std::string& log) {
  const std::vector<std::string> lines = detail::linesOf(log);
  return static_cast<std::size_t>(std::count_if(
      lines.begin(), lines.end(), [](const auto& line) { return line.rfind("finish", 0) == 0; }));
}
inline bool failed(const std::string& log) {
  return log.rfind("error ", 0) == 0 || log.find("\nerror ") != std::string::npos;
}
// The chunks of a log, without the error that ended it.
inline std::string withoutError(const std::string& log) {
  if (log.rfind("error ", 0) == 0) return {};
  const std::size_t error = log.find("\nerror ");
  return error == std::string::npos ? log : log.substr(0, error + 1);
}

}  // namespace sluice::testing
