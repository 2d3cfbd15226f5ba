// Log: one line a message, as text or JSON, on standard error, written by a thread of its own. What
// the queue cannot take pushes out the oldest: logging never holds up a call.
// Threads: any.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "config/model.hpp"

namespace sluice::telemetry {

using config::LogLevel;

// A name and its value, for the structured part of a line.
struct Item {
  std::string_view name;
  std::string_view value;
};

class Log {
 public:
  // Starts the one log of the process; before that, and after stop(), say() writes nothing.
  static void start(const config::Log& settings);
  static void stop();  // writes what is queued

  static bool wants(LogLevel level) noexcept;
  static void say(LogLevel level, std::string_view message, std::initializer_list<Item> items = {});
  // Whole lines, each with its end.
  static void writeLines(std::string_view lines);
  static config::LogFormat format() noexcept;
};

// Builds one line. Values are quoted and escaped as the format needs.
//   Line line(out, Log::format(), LogLevel::info, "call"); line.add("id", id); line.end();
class Line {
 public:
  Line(std::string& out, config::LogFormat format, LogLevel level, std::string_view message);
  void add(std::string_view name, std::string_view value);
  void add(std::string_view name, std::uint64_t value);
  void end();

 private:
  std::string& out_;
  bool json_;
};

}  // namespace sluice::telemetry
