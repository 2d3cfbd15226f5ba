#!/bin/sh
# Tests, builds and checks the plugin: build/plugins/@NAME@.so.
set -eu
cd "$(dirname "$0")"
export CARGO_TARGET_DIR="$PWD/build/cargo"
cargo test --offline --quiet
cargo build --offline --quiet --release
mkdir -p build/plugins
cp build/cargo/release/lib@SYMBOL@_plugin.so build/plugins/@NAME@.so.new
mv -f build/plugins/@NAME@.so.new build/plugins/@NAME@.so
echo "built build/plugins/@NAME@.so"
check=$(command -v sluice-plugin-check || echo "@SHARE@/../../bin/sluice-plugin-check")
if [ ! -x "$check" ]; then
  echo "not checked: sluice-plugin-check is not installed"
elif [ -d transcripts ]; then
  "$check" build/plugins/@NAME@.so --transcripts transcripts
else
  "$check" build/plugins/@NAME@.so
fi
