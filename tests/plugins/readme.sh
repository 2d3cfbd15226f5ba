#!/bin/sh
# readme.sh SOURCE_DIR: every plugin and strategy has its README, with the sections that all have.
set -eu
failed=0
for build in "$1"/plugins/*/CMakeLists.txt "$1"/strategies/*/CMakeLists.txt; do
  directory=${build%CMakeLists.txt}
  sections=$(grep '^## ' "$directory/README.md" | tr -d '\n') || true
  [ "$sections" = "## Name## Description## Config## Examples## Limits" ] ||
    { echo "FAILED: ${directory}README.md has the sections: $sections"; failed=1; }
done
exit $failed
