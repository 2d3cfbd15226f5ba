// Fuzz target: any bytes as a configuration file. What loads must also be shown, and what is
// refused must come with a fault. A plugin is put into its text and taken out of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/dump.hpp"
#include "config/load.hpp"
#include "config/plugin_edit.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace config = sluice::config;
  config::Options options;
  options.environment = nullptr;
  options.dotEnv.clear();
  options.includes = false;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const config::Loaded loaded = config::loadText("fuzz.yaml", text, options);
  if (loaded.config.has_value() != loaded.faults.empty()) std::abort();
  if (loaded.config) config::dump(*loaded.config);
  else config::render(loaded.faults);
  (void)config::withPlugin(text, "hello");
  (void)config::withoutPlugin(text, 2, 12);
  return 0;
}
