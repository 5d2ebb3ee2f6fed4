#!/usr/bin/env bash
# Builds build/relay, the faulty device of test/netns/relay.test.ts, where its source changed, and prints its path.
set -euo pipefail
cd "$(dirname "$0")/.."

program=build/relay
mkdir -p build
if [ ! -e $program ] || [ test/relay/relay.cc -nt $program ]; then
  g++ -std=c++20 -O2 -Wall -Wextra test/relay/relay.cc -o $program.$$
  mv $program.$$ $program
fi
echo "$PWD/$program"
