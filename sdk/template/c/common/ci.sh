#!/bin/sh
# Builds, tests and checks the plugin. Arguments are cmake's, for example where the SDK is:
#   ./ci.sh -DCMAKE_PREFIX_PATH=/opt/sluice
set -eu
cd "$(dirname "$0")"
cmake -B build "$@"
cmake --build build
ctest --test-dir build --output-on-failure
