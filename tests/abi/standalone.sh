#!/bin/sh
# standalone.sh SOURCE_DIR: the SDK, copied alone to an empty directory, builds the plugin of its
# README and our own ones with g++ as C++17; each exports its entry alone.
set -eu
source=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

block() { # language: the first block of code in the README
  awk -v fence="\`\`\`$1" '$0 == fence {on = 1; next} /^```/ && on {exit} on' "$source/sdk/README.md"
}
cp -r "$source/sdk" "$source/plugins" "$source/strategies" "$work"
block cpp >"$work/acme.cpp"
block cmake >"$work/CMakeLists.txt"
printf 'add_subdirectory(plugins)\nadd_subdirectory(strategies)\n' >>"$work/CMakeLists.txt"

cmake -S "$work/sdk" -B "$work/alone" -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ >/dev/null
cmake -S "$work" -B "$work/build" -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ \
  -DCMAKE_CXX_FLAGS="-Wall -Wextra -Wpedantic -Werror" >/dev/null
cmake --build "$work/build" --parallel 2 >"$work/log" || { cat "$work/log"; exit 1; }
for name in acme demo openai priority; do
  [ -f "$work/build/plugins/$name.so" ] || { echo "FAILED: there is no $name.so"; exit 1; }
done
sh "$here/exports.sh" "$work/build/plugins"
