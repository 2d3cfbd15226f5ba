// tomlItems(): what it reads lies in the text, and takes a setting before and a table after it.
#include <functional>
#include <string>

#include "config/toml_items.hpp"
#include "support.hpp"

using sluice::config::tomlItems;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sluice::fuzz::Exact text(std::string_view(reinterpret_cast<const char*>(data), size));
  const auto items = tomlItems(text.view());
  if (!items) return 0;
  for (const auto& item : *items) {
    FUZZ_CHECK(!item.path.empty());
    FUZZ_CHECK(item.header == item.value.empty());
    FUZZ_CHECK(std::less_equal<>()(text.view().data(), item.line.data()));
    FUZZ_CHECK(std::less_equal<>()(item.line.data() + item.line.size(),
                                   text.view().data() + text.view().size()));
  }
  const std::string more = "before = 1\n" + std::string(text.view()) + "\n[after]\n";
  const auto added = tomlItems(more);
  FUZZ_CHECK(added && added->size() == items->size() + 2);
  FUZZ_CHECK(added->back().header);
  return 0;
}
