#!/bin/sh
# Builds the fuzz targets in build-fuzz and runs each, from its kept corpus, for some seconds.
#   tests/fuzz/run.sh [seconds-per-target [target ...]]     default: 10 seconds, all targets
#   tests/fuzz/run.sh --keep [target ...]                   adds to the kept corpus what the last
#                                                           runs found that reaches new code
# SEED=N makes a run say the same twice; without it each run looks elsewhere.
# Ends with 1 if a target finds a fault; its input is then in build-fuzz/findings, and shown.
set -eu
cd "$(dirname "$0")/../.."
build=build-fuzz

seconds=10
if [ $# -gt 0 ]; then
  seconds=$1
  shift
fi

mkdir -p "$build/findings"
cmake -S . -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
  -DSLUICE_FUZZ=ON >"$build/configure.log" 2>&1 || {
  cat "$build/configure.log"
  exit 1
}
ninja -C "$build" -j"${JOBS:-2}" fuzzers
[ $# -gt 0 ] || set -- $(cd "$build/tests/fuzz" && ls | grep '_fuzz$')

export ASAN_SYMBOLIZER_PATH="${ASAN_SYMBOLIZER_PATH:-$(command -v llvm-symbolizer-19 || true)}"
failed=
for target; do
  program=$build/tests/fuzz/$target
  kept=tests/fuzz/corpus/$target
  fresh=$build/corpus/$target
  log=$build/$target.log
  mkdir -p "$kept" "$fresh"
  if [ "$seconds" = --keep ]; then
    "$program" -set_cover_merge=1 "$kept" "$fresh"
    continue
  fi
  words=tests/fuzz/dictionaries/$target.dict
  printf '%s: ' "$target"
  if "$program" -seed="${SEED:-0}" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 \
    -print_final_stats=1 -artifact_prefix="$build/findings/$target-" \
    $([ -f "$words" ] && echo "-dict=$words") "$fresh" "$kept" >"$log" 2>&1; then
    echo "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs in $seconds s, no fault"
  else
    echo "a fault"
    tail -n 40 "$log"
    for finding in "$build/findings/$target"-*; do
      echo "$finding, as base64:"
      base64 "$finding"
    done
    failed="$failed $target"
  fi
done
[ -z "$failed" ] || {
  echo "Faults found by:$failed"
  exit 1
}
