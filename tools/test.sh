#!/usr/bin/env bash
# Runs every test and ends with one line of totals. Everything runs, whatever failed before it.
set -uo pipefail
cd "$(dirname "$0")/.."

mkdir -p build
rm -f build/vitest.json build/native-*.log build/test-summary.txt

# The sanitizers take what CPU time the other tests leave, and are told of when those are done.
sanitized=build/native-sanitized.txt
sanitize() {
  local kind
  for kind in asan tsan; do
    echo "== native tests, $kind"
    nice -n 19 tools/native-test.sh "$kind"
  done
}
set -m # in a process group of its own, so that whoever stops the tests stops its compilers as well
sanitize >"$sanitized" 2>&1 </dev/null &
sanitizers=$!
set +m
trap 'kill -- -$sanitizers 2>/dev/null' EXIT

echo "== native tests, plain"
tools/native-test.sh plain
echo "== vitest"
timeout --kill-after=20 2700 npx --no-install vitest run --reporter=default --reporter=./test/summary-reporter.ts </dev/null
vitest=$?
wait "$sanitizers"
cat "$sanitized"

node tools/test-summary.mjs "$vitest"
