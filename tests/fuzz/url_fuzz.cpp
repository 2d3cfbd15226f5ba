// parseUrl, parseProxyUrl and isAuthority: what is taken for a URL can be written and read again,
// and its host and port are fit for a Host field.
#include <string>

#include "support.hpp"
#include "wire/chars.hpp"
#include "wire/url.hpp"

namespace {

using namespace sluice;

void checkHost(const wire::Url& url) {
  FUZZ_CHECK(!url.host.empty() && url.port > 0);
  FUZZ_CHECK(wire::isAuthority(url.authority()));
  for (const char c : url.host) FUZZ_CHECK(c > ' ' && c < 0x7f && (c < 'A' || c > 'Z'));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact text({reinterpret_cast<const char*>(data), size});
  if (const auto url = wire::parseUrl(text.view())) {
    checkHost(*url);
    FUZZ_CHECK(url->path.empty() || (url->path.front() == '/' && url->path.back() != '/'));
    FUZZ_CHECK(wire::allIn(url->path, wire::targetChar));
    const auto again =
        wire::parseUrl((url->tls ? "https://" : "http://") + url->authority() + url->path);
    FUZZ_CHECK(again && *again == *url);
  }
  if (const auto proxy = wire::parseProxyUrl(text.view())) {
    checkHost(proxy->url);
    FUZZ_CHECK(proxy->url.path.empty());
  }
  wire::isAuthority(text.view());
  return 0;
}
