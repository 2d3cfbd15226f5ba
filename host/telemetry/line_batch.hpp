// LineBatch: log lines of one loop, handed to the log together, so that a line costs no system call
// and no lock.
// Threads: one loop.
#pragma once

#include <chrono>
#include <string>

#include "io/loop.hpp"

namespace sluice::telemetry {

class LineBatch {
 public:
  LineBatch() = default;
  ~LineBatch() { flush(); }
  LineBatch(const LineBatch&) = delete;
  LineBatch& operator=(const LineBatch&) = delete;

  // Where the next line is to be appended (see Line), followed by added().
  std::string& buffer() noexcept { return lines_; }
  void added() {
    if (lines_.size() >= kMost) flush();
  }
  void flush();

  // Hands over what has come every 50 ms, and once more when cancelled.
  io::Task<void> run(io::Loop& loop, io::CancelToken cancel);

 private:
  static constexpr std::size_t kMost = std::size_t{64} * 1024;
  std::string lines_;
};

}  // namespace sluice::telemetry
