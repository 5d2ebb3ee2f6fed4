#!/usr/bin/env bash
# Builds build/bench-core, which sends plans without Node, from bench/core/core.cc and the very objects that the addon
# is linked from, so that what is counted is what users run; and build/bench-limits where DPDK's headers are.
# Usage: tools/bench-core.sh [PROGRAM OBJECT]: with these, PROGRAM is built with OBJECT in place of its namesake.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-build/bench-core}
other=${2:-}
# By the sources, for objects of sources that are gone stay in the folder; without addon/, which wants Node.
objects="$other $(printf 'build/Release/obj.target/nmgen/%s\n' native/tx/*.cc native/tx/backends/*.cc | sed 's/cc$/o/' |
  grep -v "/${other:+${other##*/}}\$")"

is_old() { # $1: the program; the rest: what it is made of
  local program=$1 file
  for file in "${@:2}"; do [ "$program" -nt "$file" ] || return 0; done
  return 1
}

# shellcheck disable=SC2086 # words, not lines
if is_old "$program" bench/core/core.cc $objects; then
  libraries=
  if pkg-config --exists libdpdk 2>/dev/null; then
    libraries+=" -Wl,--as-needed -lrte_ethdev -lrte_net -lrte_mbuf -lrte_mempool -lrte_eal" # as binding.gyp has it
  fi
  if pkg-config --exists libxdp libbpf 2>/dev/null; then libraries+=" $(pkg-config --libs libxdp libbpf)"; fi
  if pkg-config --exists libpcap 2>/dev/null; then libraries+=" $(pkg-config --libs libpcap)"; fi
  g++ -std=c++20 -O2 -g -Wall -Wextra -pthread -Inative/tx bench/core/core.cc $objects $libraries -o "$program.$$"
  mv "$program.$$" "$program"
fi
# shellcheck disable=SC2046
if pkg-config --exists libdpdk 2>/dev/null && is_old build/bench-limits bench/core/limits.c; then
  gcc -O3 -g -Wall -Wextra $(pkg-config --cflags libdpdk | sed 's,-I,-isystem ,g') bench/core/limits.c \
    -Wl,--as-needed -lrte_ethdev -lrte_mbuf -lrte_mempool -lrte_eal -o build/bench-limits.$$
  mv build/bench-limits.$$ build/bench-limits
fi
