#!/usr/bin/env bash
# Runs every test and ends with one line of totals. Everything runs, whatever failed before it.
set -uo pipefail
cd "$(dirname "$0")/.."

mkdir -p build
rm -f build/vitest.json build/native-*.log build/test-summary.txt

# While one kind runs, the next is compiled by what CPU time is left; a failure is told when it is that kind's turn.
build() { [ -z "$1" ] || nice -n 19 tools/native-test.sh "$1" --build >/dev/null 2>&1 </dev/null; }
next=(asan tsan '')
for kind in plain asan tsan; do
  build "${next[0]}" &
  builder=$!
  next=("${next[@]:1}")
  echo "== native tests, $kind"
  tools/native-test.sh "$kind"
  wait "$builder"
done

echo "== vitest"
timeout --kill-after=20 1500 npx --no-install vitest run --reporter=default --reporter=./test/summary-reporter.ts </dev/null
vitest=$?

node tools/test-summary.mjs "$vitest"
