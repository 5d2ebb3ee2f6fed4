#!/usr/bin/env bash
# Builds build/netmap-double.so, the stand-in for netmap's kernel module (native/tx/test/netmap_double), where its
# sources changed, and prints its path: to be preloaded by tests and bench/netmap.mjs.
set -euo pipefail
cd "$(dirname "$0")/.."

library=build/netmap-double.so
mkdir -p build
if [ ! -e $library ] ||
  [ -n "$(find native/tx/test/netmap_double native/tx/backends/netmap_abi.h -newer $library -print -quit)" ]; then
  # To a temporary name first: who runs beside us must not load half of it.
  g++ -std=c++20 -O2 -g -Wall -Wextra -shared -fPIC -fvisibility=hidden -pthread native/tx/test/netmap_double/*.cc -o $library.$$
  mv $library.$$ $library
fi
echo "$PWD/$library"
