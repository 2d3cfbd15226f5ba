// HeadFinder and parseRequest: a head is found wherever it is cut; what is taken for good holds
// what was promised, and says the same when it is written again from its parts.
#include "head_checks.hpp"
#include "wire/url.hpp"

namespace {

using namespace sluice;

void checkRequest(const wire::RequestHead& head) {
  FUZZ_CHECK(wire::isToken(head.method));
  FUZZ_CHECK(!head.target.empty() && wire::allIn(head.target, wire::targetChar));
  FUZZ_CHECK(head.path == "*" || head.path.starts_with('/'));
  FUZZ_CHECK(head.path != "*" || head.method == "OPTIONS");
  FUZZ_CHECK(head.path.find('?') == head.path.npos);
  FUZZ_CHECK(head.minorVersion == 0 || head.minorVersion == 1);
  FUZZ_CHECK(head.minorVersion == 0 || wire::isAuthority(head.host));
  FUZZ_CHECK(fuzz::checkFields(head.fields, head.minorVersion) == head.body);
  FUZZ_CHECK(!head.keepAlive || !head.fields.listHas("Connection", "close"));
}

void checkWrittenAgain(const wire::RequestHead& head) {
  std::string text(head.method);
  text.append(" ").append(head.target);
  text.append(head.minorVersion == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  fuzz::appendFields(text, head.fields);
  wire::RequestHead again;
  FUZZ_CHECK(wire::parseRequest(text, again) == wire::HeadFault::none);
  FUZZ_CHECK(again.method == head.method && again.target == head.target);
  FUZZ_CHECK(again.path == head.path && again.query == head.query && again.host == head.host);
  FUZZ_CHECK(again.body == head.body && again.contentLength == head.contentLength);
  FUZZ_CHECK(again.keepAlive == head.keepAlive && again.expectContinue == head.expectContinue);
  fuzz::checkSameFields(again.fields, head.fields);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const fuzz::Exact head(fuzz::checkFinder(input));
  wire::RequestHead parsed;
  if (wire::parseRequest(head.view(), parsed) == wire::HeadFault::none) {
    checkRequest(parsed);
    checkWrittenAgain(parsed);
  }
  // Also of bytes that no finder has seen.
  const fuzz::Exact all(input.bytes);
  if (wire::parseRequest(all.view(), parsed) == wire::HeadFault::none) checkRequest(parsed);
  return 0;
}
