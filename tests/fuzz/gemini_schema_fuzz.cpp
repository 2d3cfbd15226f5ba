// A schema of tools as older models take it: whatever it was, what is written is one JSON object.
#include <sluice/json.hpp>
#include <string>
#include <string_view>

#include "plugins/gemini/schema.hpp"
#include "support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sluice::fuzz::Exact text(std::string_view(reinterpret_cast<const char*>(data), size));
  sluice::json::Document schema;
  if (!schema.parse(text.view())) return 0;
  const std::string simple = gemini::simpleSchema(schema.root());
  sluice::json::Document written;
  FUZZ_CHECK(written.parse(simple));
  FUZZ_CHECK(written.root().isObject());
  return 0;
}
