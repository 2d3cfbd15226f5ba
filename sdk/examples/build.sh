#!/bin/sh
# build.sh rust|go OUTPUT: tests the SDK of that language and builds its example as a plugin into
# OUTPUT. Where the toolchain is missing or too old it says so, there and in OUTPUT, and ends with
# code 77. Needs no network.
set -eu
language=$1
mkdir -p "$2"
output=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:${HOME:-/}/.cargo/bin:/usr/local/go/bin

skip() {
  echo "skipped: $1"
  echo "$1" >"$output/talk_$language.skipped"
  rm -f "$output/talk_$language.so"
  exit 77
}

# need PROGRAM WANTED ACTUAL: that version or a newer one.
need() {
  [ "$(printf '%s\n' "$2" "$3" | sort -V | head -n 1)" = "$2" ] ||
    skip "$1 is version $3, older than $2"
}

# Into its place at once, never over a file that is in use.
place() {
  mv -f "$1" "$output/talk_$language.so"
  rm -f "$output/talk_$language.skipped"
}

case $language in
  rust)
    command -v cargo >/dev/null || skip "cargo is not installed"
    need cargo 1.82 "$(cargo --version | cut -d ' ' -f 2)"
    export CARGO_TARGET_DIR="$output/rust"
    cargo test --offline --quiet --manifest-path "$here/../rust/Cargo.toml"
    (cd "$here/rust" && cargo test --offline --quiet)
    cargo build --offline --quiet --release --manifest-path "$here/rust/Cargo.toml"
    cp "$output/rust/release/libtalk_rust.so" "$output/rust/new.so"
    place "$output/rust/new.so"
    ;;
  go)
    [ "${SLUICE_SANITIZE:-}" != thread ] || skip "the thread sanitizer does not see Go's own locks"
    command -v go >/dev/null || skip "go is not installed"
    need go 1.22 "$(go env GOVERSION | sed 's/^go//')"
    export GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local CGO_ENABLED=1
    mkdir -p "$output/go"
    (cd "$here/../go" && go vet ./... && go test ./...)
    cd "$here/go"
    go vet . && go test .
    go build -buildvcs=false -trimpath -buildmode=c-shared -o "$output/go/new.so" \
      -ldflags "-s -w -extldflags=-Wl,--version-script=$here/../go/plugin.map" .
    place "$output/go/new.so"
    ;;
  *)
    echo "usage: build.sh rust|go OUTPUT" >&2
    exit 2
    ;;
esac
