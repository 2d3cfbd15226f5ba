#include "calls/record.hpp"

#include "telemetry/log.hpp"

namespace sluice::calls {

namespace {

// A message may repeat what a client or an upstream wrote: millions of bytes.
constexpr std::size_t kTroubleMost = 2000;

}  // namespace

std::string_view toString(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::answered: return "answered";
    case Outcome::refused: return "refused";
    case Outcome::failed: return "failed";
    case Outcome::broken: return "broken";
    case Outcome::clientLeft: return "client_left";
    case Outcome::shutDown: break;
  }
  return "shut_down";
}

void appendRefusal(std::string_view requestId, int status, std::string_view trouble,
                   std::chrono::microseconds total, telemetry::LineBatch& lines) {
  Record record;
  record.requestId = requestId;
  record.outcome = Outcome::refused;
  record.status = status;
  record.total = total;
  record.trouble = trouble;
  appendLine(record, lines);
}

void appendLine(const Record& record, telemetry::LineBatch& lines) {
  using telemetry::Log;
  const bool bad = record.outcome == Outcome::failed || record.outcome == Outcome::broken;
  const auto level = bad ? telemetry::LogLevel::warning : telemetry::LogLevel::info;
  if (!Log::wants(level)) return;
  const auto us = [](std::chrono::microseconds time) {
    return static_cast<std::uint64_t>(time.count());
  };
  telemetry::Line line(lines.buffer(), Log::format(), level, "call");
  line.add("request_id", record.requestId);
  line.add("outcome", toString(record.outcome));
  line.add("status", static_cast<std::uint64_t>(record.status));
  line.add("model", record.model);
  if (!record.provider.empty()) {
    line.add("provider", record.provider);
    line.add("upstream_model", record.upstreamModel);
  }
  line.add("attempts", std::uint64_t{record.attempts});
  line.add("stream", record.stream ? "true" : "false");
  line.add("input_tokens", record.usage.input);
  line.add("cache_read_tokens", record.usage.cacheRead);
  line.add("cache_write_tokens", record.usage.cacheWrite);
  line.add("output_tokens", record.usage.output);
  line.add("reasoning_tokens", record.usage.reasoning);
  if (record.usageEstimated) line.add("estimated", "true");
  if (record.first.count() > 0) line.add("first_us", us(record.first));
  line.add("total_us", us(record.total));
  if (record.overhead.count() > 0) line.add("overhead_us", us(record.overhead));
  if (!record.trouble.empty()) line.add("trouble", record.trouble.substr(0, kTroubleMost));
  line.end();
  lines.added();
}

}  // namespace sluice::calls
