// HeadFinder and parseResponse: a head is found wherever it is cut; what is taken for good holds
// what was promised, and says the same when it is written again from its parts.
#include "head_checks.hpp"
#include "wire/write.hpp"

namespace {

using namespace sluice;

void checkResponse(const wire::ResponseHead& head, bool toHeadRequest) {
  FUZZ_CHECK(head.status >= 100 && head.status <= 599);
  FUZZ_CHECK(head.minorVersion == 0 || head.minorVersion == 1);
  const auto said = fuzz::checkFields(head.fields, head.minorVersion);
  const bool bodiless =
      toHeadRequest || head.status < 200 || head.status == 204 || head.status == 304;
  auto expected = said == wire::BodyKind::none ? wire::BodyKind::untilClose : said;
  if (bodiless) expected = wire::BodyKind::none;
  FUZZ_CHECK(head.body == expected);
  FUZZ_CHECK(!head.keepAlive || head.body != wire::BodyKind::untilClose);
  FUZZ_CHECK(!head.keepAlive || !head.fields.listHas("Connection", "close"));
}

void checkWrittenAgain(const wire::ResponseHead& head, bool toHeadRequest) {
  if (head.minorVersion == 0) return;  // is never written
  std::string text;
  wire::appendStatusLine(text, head.status);
  fuzz::appendFields(text, head.fields);
  wire::ResponseHead again;
  FUZZ_CHECK(wire::parseResponse(text, toHeadRequest, again) == wire::HeadFault::none);
  FUZZ_CHECK(again.status == head.status && again.body == head.body);
  FUZZ_CHECK(again.contentLength == head.contentLength && again.keepAlive == head.keepAlive);
  fuzz::checkSameFields(again.fields, head.fields);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const bool toHeadRequest = (input.seed & 1) != 0;
  const fuzz::Exact head(fuzz::checkFinder(input));
  wire::ResponseHead parsed;
  if (wire::parseResponse(head.view(), toHeadRequest, parsed) == wire::HeadFault::none) {
    checkResponse(parsed, toHeadRequest);
    checkWrittenAgain(parsed, toHeadRequest);
  }
  // Also of bytes that no finder has seen.
  const fuzz::Exact all(input.bytes);
  if (wire::parseResponse(all.view(), toHeadRequest, parsed) == wire::HeadFault::none) {
    checkResponse(parsed, toHeadRequest);
  }
  return 0;
}
