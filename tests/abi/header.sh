#!/bin/sh
# header.sh INCLUDE_DIR: sluice/plugin.h compiles alone, without a warning and without padding, in
# every language version that it promises; and so does its C++ face, but for the padding.
set -eu
include=$1
clang=$(command -v clang-19 || command -v clang) || { echo "clang is not installed"; exit 1; }
clangxx=$(command -v clang++-19 || command -v clang++) || { echo "clang++ is not installed"; exit 1; }
failed=0

compile() { # compiler, standard, language, file
  "$1" -std="$2" -x "$3" -Wall -Wextra -Wpedantic -Wpadded -Werror -I"$include" -fsyntax-only "$4" ||
    { echo "FAILED: $1 -std=$2 $4"; failed=1; }
}

for standard in c11 c17 c2x; do
  for compiler in gcc "$clang"; do
    compile "$compiler" $standard c "$include/sluice/plugin.h"
  done
done
for standard in c++11 c++14 c++17 c++20; do
  for compiler in g++ "$clangxx"; do
    compile "$compiler" $standard c++ "$include/sluice/plugin.h"
  done
done
# The C++ face: every header alone as C++17, and all of it as C++20.
face() { # compiler, standard, header
  echo "#include <sluice/$3>" | "$1" -std="$2" -x c++ -Wall -Wextra -Wpedantic -Werror \
    -I"$include" -fsyntax-only - || { echo "FAILED: $1 -std=$2 $3"; failed=1; }
}
for compiler in g++ "$clangxx"; do
  for header in "$include"/sluice/*.hpp; do
    face "$compiler" c++17 "$(basename "$header")"
  done
  face "$compiler" c++20 plugin.hpp
  face "$compiler" c++20 testing.hpp
done
exit $failed
