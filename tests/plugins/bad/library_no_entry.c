/* Exports the entry under a name that no host looks for. */
__attribute__((visibility("default"))) int sluice_plugin_entrance(void);
int sluice_plugin_entrance(void) { return 0; }
