#include "telemetry/log.hpp"

#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <ctime>
#include <memory>

#include "base/json.hpp"

namespace sluice::telemetry {

namespace {

constexpr std::size_t kQueue = 512;  // messages; batches of lines have up to 64 KiB

struct State {
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

std::shared_ptr<State>& state() {
  static std::shared_ptr<State> held;
  return held;
}
std::atomic<LogLevel> wanted{LogLevel::info};
std::atomic<config::LogFormat> chosen{config::LogFormat::text};

std::string_view nameOf(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: break;
  }
  return "error";
}

// 2026-11-21T08:50:00.123Z
void appendTime(std::string& out) {
  using namespace std::chrono;
  const auto now = system_clock::now();
  const std::time_t seconds = system_clock::to_time_t(now);
  const auto ms = duration_cast<milliseconds>(now.time_since_epoch()).count() % 1000;
  // The date is made once a second and thread.
  static thread_local std::time_t madeFor = -1;
  static thread_local std::array<char, 32> date{};
  if (seconds != madeFor) {
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    madeFor = seconds;
  }
  out += date.data();
  out += '.';
  out += static_cast<char>('0' + ms / 100);
  out += static_cast<char>('0' + ms / 10 % 10);
  out += static_cast<char>('0' + ms % 10);
  out += 'Z';
}

// A byte that a value without quotes may hold.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (unsigned c = 0; c < 256; ++c) plain[c] = c > ' ' && c != '"' && c != '=' && c != 0x7f;
  return plain;
}();

bool needsQuotes(std::string_view value) {
  const auto plain = [](char c) { return kPlain[static_cast<unsigned char>(c)]; };
  return value.empty() || !std::all_of(value.begin(), value.end(), plain);
}

}  // namespace

void Log::start(const config::Log& settings) {
  wanted = settings.level;
  chosen = settings.format;
  auto made = std::make_shared<State>();
  made->pool = std::make_shared<spdlog::details::thread_pool>(kQueue, 1);
  // Lines come whole, with their ends: the sink adds nothing.
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      "%v", spdlog::pattern_time_type::utc, std::string()));
  made->logger = std::make_shared<spdlog::async_logger>(
      "sluice", std::move(sink), made->pool, spdlog::async_overflow_policy::overrun_oldest);
  state() = std::move(made);
}

void Log::stop() {
  if (!state()) return;
  state()->logger->flush();
  state().reset();  // the pool's thread ends after it has written what is queued
}

bool Log::wants(LogLevel level) noexcept { return level >= wanted.load(std::memory_order_relaxed); }
config::LogFormat Log::format() noexcept { return chosen.load(std::memory_order_relaxed); }

void Log::say(LogLevel level, std::string_view message, std::initializer_list<Item> items) {
  if (!wants(level)) return;
  std::string text;
  Line line(text, format(), level, message);
  for (const Item& item : items) line.add(item.name, item.value);
  line.end();
  writeLines(text);
}

void Log::writeLines(std::string_view lines) {
  if (!state()) return;
  state()->logger->log(spdlog::level::info, spdlog::string_view_t(lines.data(), lines.size()));
}

Line::Line(std::string& out, config::LogFormat format, LogLevel level, std::string_view message)
    : out_(out), json_(format == config::LogFormat::json) {
  if (json_) {
    out_ += "{\"time\":\"";
    appendTime(out_);
    out_ += "\",\"level\":\"";
    out_ += nameOf(level);
    out_ += "\",\"message\":";
    json::appendString(out_, message);
  } else {
    appendTime(out_);
    out_ += ' ';
    out_ += nameOf(level);
    out_ += ' ';
    // One line a message: line ends inside become blanks.
    for (const char c : message) out_ += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
}

void Line::add(std::string_view name, std::string_view value) {
  if (json_) {
    out_ += ',';
    json::appendString(out_, name);
    out_ += ':';
    json::appendString(out_, value);
    return;
  }
  out_ += ' ';
  out_ += name;
  out_ += '=';
  if (needsQuotes(value)) json::appendString(out_, value);
  else out_ += value;
}

void Line::add(std::string_view name, std::uint64_t value) {
  if (json_) {
    out_ += ',';
    json::appendString(out_, name);
    out_ += ':';
  } else {
    out_ += ' ';
    out_ += name;
    out_ += '=';
  }
  json::appendNumber(out_, value);
}

void Line::end() { out_ += json_ ? "}\n" : "\n"; }

}  // namespace sluice::telemetry
