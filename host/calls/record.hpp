// Record: what is known of a call when it is over. One line in the log.
// Threads: a plain value.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/types.hpp"
#include "telemetry/line_batch.hpp"

namespace sluice::calls {

enum class Outcome : std::uint8_t {
  answered,  // whole
  refused,   // the client's own fault, or a model that does not exist
  failed,    // nothing could answer
  broken,    // it broke after the commit point; the client was told
  clientLeft,
  shutDown,
};
std::string_view toString(Outcome outcome) noexcept;

struct Record {
  std::string_view requestId;
  std::string_view model;  // as the client named it
  bool stream = false;
  Outcome outcome = Outcome::failed;
  int status = 0;             // HTTP; 0: no answer was begun
  std::string_view provider;  // of the last attempt; empty: none was made
  std::string_view upstreamModel;
  unsigned attempts = 0;
  plugins::Usage usage;
  bool usageEstimated = false;
  std::chrono::microseconds first{0};  // to the first content; zero: none came
  std::chrono::microseconds total{0};
  std::chrono::microseconds overhead{0};  // our own part up to the first content
  std::string_view trouble;               // why it failed; empty if it did not
};

// For a request that is refused before it is a call.
void appendRefusal(std::string_view requestId, int status, std::string_view trouble,
                   std::chrono::microseconds total, telemetry::LineBatch& lines);
void appendLine(const Record& record, telemetry::LineBatch& lines);

}  // namespace sluice::calls
