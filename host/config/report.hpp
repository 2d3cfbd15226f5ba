// Report: gathers the faults and notices of one load. It keeps the text of the files that were
// read, so that each fault can show its line, and knows which bytes of them are secret.
// Threads: used by one.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "config/fault.hpp"

namespace sluice::config {

// A place in a file that the Report knows.
struct Mark {
  std::uint32_t file = 0;    // what addFile() gave
  std::uint32_t line = 0;    // from 1; 0: the file as a whole
  std::uint32_t column = 0;  // from 1, in characters
  bool operator==(const Mark&) const = default;
};

class Report {
 public:
  // `name` is shown to people; relative paths written in the file count from its directory.
  std::uint32_t addFile(std::string name, std::string text = {});
  std::string_view fileText(std::uint32_t file) const { return files_[file].text; }
  const std::string& fileName(std::uint32_t file) const { return files_[file].name; }

  void fault(Mark mark, const std::string& message);
  void notice(Mark mark, const std::string& message);
  // Further faults are only counted: no need to work hard for their messages.
  bool full() const;

  // Bytes [begin, end) of the file are never shown.
  void hide(std::uint32_t file, std::size_t begin, std::size_t end);

  std::string where(Mark mark) const;  // "sluice.yaml:14:7"

  // In the order of the files, and of lines within a file.
  std::vector<Fault> faults() const;
  std::vector<Notice> notices() const;

 private:
  struct Range {
    std::size_t begin;
    std::size_t end;
  };
  struct File {
    std::string name;
    std::string text;
    std::vector<Range> hidden;
  };
  struct Entry {
    Mark mark;
    std::string message;
  };
  static std::string shownLine(const File& file, const std::vector<std::size_t>& starts,
                               std::uint32_t line);

  std::deque<File> files_;  // so that their texts stay where they are
  std::vector<Entry> faults_;
  std::vector<Entry> notices_;
  std::size_t uncounted_ = 0;  // faults beyond those kept
};

}  // namespace sluice::config
