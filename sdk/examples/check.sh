#!/bin/sh
# check.sh LANGUAGE OUTPUT CHECKER: checks the example of a language; code 77 if it was not built.
set -eu
if [ ! -f "$2/talk_$1.so" ]; then
  echo "skipped: $(cat "$2/talk_$1.skipped")"
  exit 77
fi
exec "$3" "$2/talk_$1.so" --transcripts "$(dirname "$0")/transcripts"
