/* refused_host FILE...: a host of the version of its header. Each plugin must know that it cannot
 * serve it. */
#include <dlfcn.h>
#include <sluice/plugin.h>
#include <stdio.h>

typedef const sluice_library* entry_function(uint32_t host_abi);

int main(int argc, char** argv) {
  int failed = argc < 2;
  for (int i = 1; i < argc; ++i) {
    void* const library = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
      printf("FAILED: %s\n", dlerror());
      return 1;
    }
    entry_function* const entry = (entry_function*)dlsym(library, "sluice_plugin_entry");
    if (entry == NULL || entry(SLUICE_ABI_VERSION) != NULL) {
      printf("FAILED: %s serves a host of plugin ABI %u.%u\n", argv[i], SLUICE_ABI_MAJOR,
             SLUICE_ABI_MINOR);
      failed = 1;
    }
  }
  return failed;
}
