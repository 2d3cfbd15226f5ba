extern "C" __attribute__((visibility("default"))) int sluice_plugin_entrance() { return 0; }
