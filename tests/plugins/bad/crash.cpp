#include <sluice/plugin.h>

#include <cstdlib>

extern "C" const sluice_library* sluice_plugin_entry(uint32_t /*host_abi*/) { std::abort(); }
