// Fuzz target: any bytes as a plugin's signature file. There is one way to write a signature: what
// is read is written back as the same bytes, and so is a public key.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "plugins/signature.hpp"
#include "support.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace plugins = sluice::plugins;
  const sluice::fuzz::Exact text({reinterpret_cast<const char*>(data), size});
  if (const auto key = plugins::PublicKey::parse(text.view())) {
    FUZZ_CHECK(key->text() == text.view());
  }
  const auto signature = plugins::parseSignature(text.view());
  if (!signature) {
    FUZZ_CHECK(!signature.error().message.empty());
    return 0;
  }
  FUZZ_CHECK(plugins::toText(*signature) == text.view());
  (void)plugins::isGenuine(*signature);
  return 0;
}
