#!/bin/sh
# install.sh SOURCE_DIR BUILD_DIR: installs the build to an empty prefix. Nothing there names the
# source or the build; a plugin of every template builds with that alone with gcc, passes
# its tests and the checker and installs into its place; so does one without CMake.
set -eu
source=$1
build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
fail() { echo "FAILED: $*"; exit 1; }

cmake --install "$build" --prefix "$prefix" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
for file in bin/sluice lib/sluice/plugins/demo.so lib/sluice/plugins/openai.so \
  lib/sluice/plugins/priority.so include/sluice/plugin.h include/sluice/plugin.hpp \
  share/sluice/schema/chat.v1.json share/sluice/templates/cpp/provider \
  lib/cmake/SluiceSDK/SluiceSDKConfig.cmake lib/cmake/SluiceSDK/SluiceSDKConfigVersion.cmake \
  lib/cmake/SluiceSDK/SluicePlugin.cmake lib/cmake/SluiceSDK/plugin.map \
  lib/pkgconfig/sluice-sdk.pc share/doc/sluice/LICENSE share/doc/sluice/README.md \
  share/doc/sluice/CHANGELOG.md; do
  [ -e "$prefix/$file" ] || fail "$file is not installed"
done
# The pages lead to what is there.
for page in "$prefix"/share/doc/sluice/*.md; do
  grep -o '](\([^)#:]*\)[)#]' "$page" | sed 's/^](//; s/[)#]$//' | sort -u | while read -r target; do
    [ -z "$target" ] || [ -e "$prefix/share/doc/sluice/$target" ] || echo "$page links to $target"
  done
done >"$work/links"
[ ! -s "$work/links" ] || { cat "$work/links"; fail "links of pages lead nowhere"; }
for page in plugins abi operations configuration clients providers; do
  [ -e "$prefix/share/doc/sluice/$page.md" ] || fail "$page.md is not installed"
done
# Programs and libraries may hold paths in what a debugger reads.
found=$(grep -rlIF -e "$source" -e "$build" "$prefix" || true)
[ -z "$found" ] || fail "these name the source or the build: $found"

# The SDK alone, as a project of its own, installs the same.
cp -r "$source/sdk" "$work/sdk"
cmake -S "$work/sdk" -B "$work/sdk-build" -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ \
  -DCMAKE_BUILD_TYPE=Release -DSLUICE_CHECKER=OFF >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --install "$work/sdk-build" --prefix "$work/alone" >"$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }
diff -r "$work/alone/include" "$prefix/include" || fail "the SDK alone installs other headers"

# Moved elsewhere, it works as well.
mv "$prefix" "$work/moved"
prefix=$work/moved
sluice=$prefix/bin/sluice
"$sluice" plugins info "$prefix/lib/sluice/plugins/demo.so" >/dev/null
"$sluice" plugins list --env-file /dev/null | grep -q '^openai ' || fail "plugins are not found"

export CC=gcc CXX=g++ CFLAGS="-Wall -Wextra -Wpedantic -Werror" \
  CXXFLAGS="-Wall -Wextra -Wpedantic -Werror"
cd "$work"
# What `plugins new` says to type next, and what to type to install, enable and sign.
nextOf() { sed -n '/^Next:/,/^$/s/^  //p' "$1"; }
thenOf() { sed -n '/^Then,/,$s/^  //p' "$1"; }
for language in c cpp; do
  for kind in provider strategy context search; do
    name=$language-$kind
    "$sluice" plugins new --language $language --kind $kind "$name" >new.txt
    grep -q -- "-DCMAKE_PREFIX_PATH=$prefix" new.txt || fail "the commands lack the prefix"
    # The commands that were printed are the ones that are run; `cd` first.
    nextOf new.txt >commands.sh
    sh -eu commands.sh >"$work/log" 2>&1 || { cat "$work/log"; fail "$name: its commands"; }
    ! grep -rqF -e "$source" -e "$build" "$name" || fail "$name knows the source or the build"
    if [ -e "$prefix/bin/sluice-plugin-check" ]; then
      grep -q "${name}_check .*Passed" "$work/log" || fail "$name was not checked"
    fi
    (cd "$name" && ./ci.sh "-DCMAKE_PREFIX_PATH=$prefix" >"$work/log" 2>&1) ||
      { cat "$work/log"; fail "$name: ci.sh"; }
    cmake --install "$name/build" --prefix "$prefix" >/dev/null
    "$sluice" plugins list --env-file /dev/null | grep "^$name " | grep -q "com.example.$name" ||
      fail "$name is not seen where it was installed"
    if grep -rn '@[A-Z]*@' "$name" --include='*' --exclude-dir=build; then
      fail "$name has words between @"
    fi
  done
done

# The SDK's wires are there as well: a plugin of ours that uses one builds as a stranger's would.
cp -r "$source/plugins/azure" azure
cat >azure/CMakeLists.txt <<'TEXT'
cmake_minimum_required(VERSION 3.25)
project(azure LANGUAGES C CXX)
find_package(SluiceSDK REQUIRED)
sluice_add_plugin(azure SOURCES azure.cpp address.cpp WIRES openai)
TEXT
cmake -S azure -B azure/build "-DCMAKE_PREFIX_PATH=$prefix" >"$work/log" 2>&1 &&
  cmake --build azure/build >"$work/log" 2>&1 || { cat "$work/log"; fail "azure does not build"; }
"$sluice" plugins info azure/build/plugins/azure.so >/dev/null || fail "azure is no plugin"

# Rust and Go, where they are installed; their commands need no arguments.
PATH=$PATH:${HOME:-/}/.cargo/bin:/usr/local/go/bin
for language in rust go; do
  program=$language
  [ "$language" = go ] || program=cargo
  if ! command -v "$program" >/dev/null; then
    echo "skipped: the templates in $language, since $program is not installed"
    continue
  fi
  for kind in provider strategy context search; do
    name=$language-$kind
    "$sluice" plugins new --language $language --kind $kind "$name" >new.txt
    nextOf new.txt >commands.sh
    sh -eu commands.sh >"$work/log" 2>&1 || { cat "$work/log"; fail "$name: its commands"; }
    "$sluice" plugins info "$name/build/plugins/$name.so" | grep -q "com.example.$name" ||
      fail "$name is unusable"
    if grep -rn '@[A-Z]*@' "$name" --include='*' --exclude-dir=build; then
      fail "$name has words between @"
    fi
  done
done

# Without CMake.
PKG_CONFIG_PATH=$prefix/lib/pkgconfig
export PKG_CONFIG_PATH
gcc $(pkg-config --cflags sluice-sdk) $CFLAGS -fPIC -shared \
  -Wl,--version-script="$(pkg-config --variable=mapfile sluice-sdk)" \
  c-provider/c-provider.c -o plain.so
"$sluice" plugins info plain.so | grep -q com.example.c-provider || fail "plain.so is unusable"
[ -d "$(pkg-config --variable=schemadir sluice-sdk)" ] || fail "schemadir is wrong"
[ -d "$(pkg-config --variable=plugindir sluice-sdk)" ] || fail "plugindir is wrong"

# What cannot be made is refused, and nothing is written.
refused() { # what is said; arguments
  said=$1; shift
  "$sluice" plugins new "$@" >out.txt 2>&1 && fail "plugins new $* succeeded"
  grep -qF -- "$said" out.txt || { cat out.txt; fail "plugins new $*: not '$said'"; }
}
# The commands that install and enable, in a gateway's configuration.
echo "plugins: {enable: [demo]}" >sluice.yaml
"$sluice" plugins new --kind search --id org.acme.finder finder >new.txt
nextOf new.txt >commands.sh
(sh -eu commands.sh) >"$work/log" 2>&1 || { cat "$work/log"; fail "finder: its commands"; }
thenOf new.txt | sed "s,build/plugins,finder/&," >commands.sh
(sh -eu commands.sh) >"$work/log" 2>&1 || { cat "$work/log"; fail "finder: what comes then"; }
grep -q finder sluice.yaml || fail "finder is not enabled"
"$sluice" plugins list --env-file /dev/null | grep '^finder ' | grep -q 'org.acme.finder.*enabled' ||
  fail "finder is not seen as enabled"
"$sluice" plugins enable c-search cpp-search >/dev/null 2>&1 || fail "two are not enabled at once"
"$sluice" plugins list --env-file /dev/null | grep -c '^c.*-search .*enabled' | grep -qx 2 ||
  fail "two that were enabled at once are not"
mkdir empty
"$sluice" plugins new --directory empty other >/dev/null || fail "an empty directory is refused"
[ -e empty/CMakeLists.txt ] || fail "nothing is written to an empty directory"

refused "'Bad' cannot be a plugin's name" Bad
refused "'2nd' cannot be a plugin's name" 2nd
refused "cannot be a plugin's name" ../up
refused "'test' cannot be a plugin's name: it is taken" test
refused "c-provider exists already" c-provider
refused "--id 'nodots' must be a reverse domain name" --id nodots nodots
refused "--kind 'router' is unknown; there is: context, provider, search, strategy" \
  --kind router my-router
refused "--language 'cobol' is unknown; there is: c, cpp, go, rust" --language cobol my-cobol
[ ! -e my-router ] && [ ! -e my-cobol ] || fail "something was written"
