// What an upstream says of when a limit ends: either it is no time, or what is written of it in our
// own form reads back as the same.
#include "dialects/limit_time.hpp"
#include "support.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  using std::chrono::seconds;
  const fuzz::Exact text({reinterpret_cast<const char*>(data), size});
  if (const auto wait = dialects::parseWait(text.view())) {
    FUZZ_CHECK(wait->count() >= 0);
    const auto again = dialects::parseWait(dialects::waitText(*wait));
    FUZZ_CHECK(again && *again == std::chrono::ceil<seconds>(*wait));
  }
  if (const auto time = dialects::parseTime(text.view())) {
    const auto again = dialects::parseTime(dialects::timeText(*time));
    FUZZ_CHECK(again && *again == *time);
  }
  return 0;
}
