// Writing HTTP/1.1: lines of a head and heads of chunks, appended to a string. Names and values are
// written as given: whoever takes them from outside asks isToken() and isFieldValue() first.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::wire {

// The registered reason phrase; empty if there is none.
std::string_view reason(int status) noexcept;

void appendStatusLine(std::string& out, int status);  // HTTP/1.1; status 100 to 599
void appendField(std::string& out, std::string_view name, std::string_view value);
void appendField(std::string& out, std::string_view name, std::uint64_t value);
// Whether such lines have one of that name, in any case of letters.
bool hasField(std::string_view lines, std::string_view name) noexcept;

// The line before a chunk's data. The data and CRLF follow it.
void appendChunkHead(std::string& out, std::uint64_t size);
// The last chunk, without trailers: ends the body.
inline constexpr std::string_view lastChunk = "0\r\n\r\n";

}  // namespace sluice::wire
