// Keys and answers of token servers as Google's: whatever they hold, a token that is taken is fit
// for a header, and what is said of a refusal is one short line.
#include <algorithm>

#include "support.hpp"
#include "upstream/signing/google_key.hpp"

namespace {

using sluice::fuzz::Input;

void checkFields(std::string_view fields) {
  while (!fields.empty()) {
    const std::size_t end = fields.find("\r\n");
    FUZZ_CHECK(end != fields.npos);
    const std::string_view line = fields.substr(0, end);
    const std::size_t colon = line.find(": ");
    FUZZ_CHECK(colon != line.npos && colon > 0);
    FUZZ_CHECK(line.find_first_of("\r\n") == line.npos);
    fields.remove_prefix(end + 2);
  }
}

void checkPlace(const sluice::upstream::Place& place) {
  FUZZ_CHECK(place.target.starts_with('/'));
  FUZZ_CHECK(std::all_of(place.target.begin(), place.target.end(),
                         [](char c) { return c > ' ' && c < '\x7f'; }));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace upstream = sluice::upstream;
  const Input input(data, size);
  const auto now = std::chrono::system_clock::from_time_t(1'700'000'000);
  if (const auto granted = upstream::grantedToken(input.bytes, now)) {
    const std::string_view token = granted->token.reveal();
    FUZZ_CHECK(!token.empty());
    FUZZ_CHECK(
        std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; }));
    FUZZ_CHECK(granted->lifetime.count() >= 0 && granted->lifetime.count() <= 86'400);
  }
  const std::string said = upstream::saidOf(input.bytes);
  FUZZ_CHECK(said.size() < 1000);
  FUZZ_CHECK(said.find_first_of("\r\n\t") == said.npos);
  if (const auto scopes = upstream::parseScopes(input.bytes)) FUZZ_CHECK(!scopes->empty());
  const auto key = upstream::parseGoogleKey(input.bytes);
  if (!key) return 0;
  if (const auto* const account = std::get_if<upstream::ServiceAccount>(&*key)) {
    checkPlace(account->tokens);
    return 0;
  }
  const auto& workload = std::get<upstream::ExternalAccount>(*key);
  checkPlace(workload.tokens);
  if (workload.file.empty()) checkPlace(workload.source);
  checkFields(workload.sourceFields);
  (void)upstream::subjectToken(workload, input.bytes);
  (void)upstream::exchangeForm(workload, {"a"}, "b");
  return 0;
}
