#!/usr/bin/env bash
# Runs the end-to-end tests against $SLUICE_BIN (default: build/sluice). Arguments: test files; all
# of them without. Installs the npm packages first, if package-lock.json has changed since.
set -euo pipefail
cd "$(dirname "$0")"

stamp=node_modules/.installed
if ! cmp -s package-lock.json "$stamp"; then
  npm ci --no-audit --no-fund
  cp package-lock.json "$stamp"
fi

if [ $# -eq 0 ]; then
  set -- support/*.test.js ./*.test.js
fi
exec node --test --test-concurrency=2 "$@"
