#!/usr/bin/env bash
# Runs every test and ends with one line of totals. Everything runs, whatever failed before it.
set -uo pipefail
cd "$(dirname "$0")/.."

mkdir -p build
rm -f build/vitest.json build/native-*.log build/test-summary.txt

for kind in plain asan tsan; do
  echo "== native tests, $kind"
  tools/native-test.sh "$kind"
done

echo "== vitest"
timeout --kill-after=20 720 npx --no-install vitest run --reporter=default --reporter=./test/summary-reporter.ts </dev/null
vitest=$?

node tools/test-summary.mjs "$vitest"
