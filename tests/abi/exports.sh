#!/bin/sh
# exports.sh FILE...: each exports sluice_plugin_entry and nothing else.
set -eu
failed=0
for file in "$@"; do
  symbols=$(nm -D --defined-only "$file" | awk '{print $NF}')
  [ "$symbols" = sluice_plugin_entry ] || { echo "FAILED: $file exports: $symbols"; failed=1; }
done
exit $failed
