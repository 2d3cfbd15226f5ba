#!/bin/sh
# exports.sh DIRECTORY...: every plugin below exports sluice_plugin_entry and nothing else. A file
# called bad_*.so, or in a directory called bad, has a fault on purpose and is left out.
# exports.sh --install BUILD: the same for what `cmake --install BUILD` puts down; 77: no plugin.
set -eu
none=1
if [ "$1" = --install ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cmake --install "$2" --prefix "$work" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  set -- "$work"
  none=77
fi
failed=0
count=0
for file in $(find "$@" -name '*.so*' ! -name 'bad_*' ! -path '*/bad/*'); do
  count=$((count + 1))
  symbols=$(nm -D --defined-only "$file" | awk '{print $NF}')
  [ "$symbols" = sluice_plugin_entry ] || { echo "FAILED: $file exports: $symbols"; failed=1; }
done
[ $count -gt 0 ] || { echo "there is no plugin in $*"; failed=$none; }
exit $failed
