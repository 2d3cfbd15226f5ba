// Answers every host, with a library that was built for another major version.
#include "faulty.hpp"

extern "C" const sluice_library* sluice_plugin_entry(uint32_t /*host_abi*/) {
  static constexpr sluice_library library = [] {
    sluice_library made = sluice::detail::Library<sluice::StrategyComponent<Idle>>::describe(
        "Tests", "1.0.0", "Apache-2.0");
    made.abi_version = (SLUICE_ABI_MAJOR + 1) << 16;
    return made;
  }();
  return &library;
}
