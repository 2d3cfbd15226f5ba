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
if command -v sluice-plugin-check >/dev/null; then
  sluice-plugin-check build/plugins/@NAME@.so
else
  echo "not checked: sluice-plugin-check is not on the PATH"
fi
