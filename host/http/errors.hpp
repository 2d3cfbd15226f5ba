// Answers that say what is wrong with a request: status, envelope, fields.
// Threads: plain values.
#pragma once

#include <string>
#include <string_view>

#include "wire/head.hpp"

namespace sluice::http {

// A whole answer that needs no handler.
struct Answer {
  int status = 0;            // 0: there is none
  std::string fields;        // "Name: value\r\n" each
  std::string body;          // JSON; empty: none
  std::string message = {};  // what the body says, of errors
  explicit operator bool() const noexcept { return status != 0; }
};

inline constexpr std::string_view kJson = "application/json";

// The type of OpenAI's envelope that goes with a status.
std::string_view errorType(int status) noexcept;

// `code` is for programs, `message` says to people what is wrong and where. A 503 says Retry-After
// in `fields`.
Answer errorAnswer(int status, std::string_view code, std::string_view message,
                   std::string fields = {});

// Writes an error's body, and appends fields that go with it, in the dialect of who calls a route
// with such a head.
using Restate = void (*)(Answer& answer, const wire::RequestHead& head, std::string_view requestId);

// For a head that was refused.
Answer headFaultAnswer(wire::HeadFault fault);

// 503 with Retry-After.
Answer unavailableAnswer(std::string_view code, std::string_view message);

}  // namespace sluice::http
