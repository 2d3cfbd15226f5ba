#!/bin/sh
# Tests, builds and checks the plugin: build/plugins/@NAME@.so.
set -eu
cd "$(dirname "$0")"
export GOFLAGS=-mod=mod GOPROXY=off CGO_ENABLED=1
go vet .
go test .
mkdir -p build/plugins
# Nothing but sluice_plugin_entry is to be seen from outside.
go build -buildvcs=false -trimpath -buildmode=c-shared -o build/plugins/@NAME@.so.new \
  -ldflags "-s -w '-extldflags=-Wl,--version-script=$PWD/plugin.map'" .
mv -f build/plugins/@NAME@.so.new build/plugins/@NAME@.so
rm -f build/plugins/@NAME@.so.h build/plugins/@NAME@.h
echo "built build/plugins/@NAME@.so"
check=$(command -v sluice-plugin-check || echo "@SHARE@/../../bin/sluice-plugin-check")
if [ ! -x "$check" ]; then
  echo "not checked: sluice-plugin-check is not installed"
elif [ -d transcripts ]; then
  "$check" build/plugins/@NAME@.so --transcripts transcripts
else
  "$check" build/plugins/@NAME@.so
fi
