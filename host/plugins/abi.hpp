// The structs of sluice/plugin.h and the host's own words, turned into each other.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.h>

#include <string>
#include <string_view>

#include "plugins/instance.hpp"

namespace sluice::plugins::abi {

inline sluice_str str(std::string_view text) noexcept { return {text.data(), text.size()}; }
inline std::string_view view(sluice_str text) noexcept {
  return text.ptr == nullptr ? std::string_view() : std::string_view(text.ptr, text.len);
}
inline std::string_view view(const char* text) noexcept {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

// The views of `request` are lent on: they must live as long as the plugin may read the result.
sluice_request toC(const Request& request) noexcept;
sluice_candidate toC(const Candidate& candidate) noexcept;
sluice_usage toC(const Usage& usage) noexcept;

// False: a chunk to be skipped, of an unknown type or without what its type needs.
bool fromC(const sluice_chunk& chunk, Usage& usage, Chunk& into) noexcept;

sluice_error emptyError() noexcept;
// Of a status that is not SLUICE_OK. `label` names the instance where the plugin gave no message.
Fault fromC(sluice_status status, const sluice_error& error, std::string_view label);
// A fault that the host found in what a plugin did.
Fault misbehaved(std::string_view label, std::string_view what);

// "0.1"
std::string versionText(std::uint32_t version);

// Calls into a plugin. What a plugin throws against the rules ends here.
template <class F>
sluice_status guarded(sluice_error& error, F&& call) noexcept {
  constexpr std::string_view kThrew = "threw an exception across the plugin ABI";
  try {
    return call();
  } catch (...) {
    error = emptyError();
    kThrew.copy(error.message, sizeof error.message - 1);
    return SLUICE_INTERNAL;
  }
}

}  // namespace sluice::plugins::abi
