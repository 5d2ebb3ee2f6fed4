#!/usr/bin/env bash
# Compiles native/tx/test with the engine, without Node, and runs it.
# Usage: tools/native-test.sh [plain|asan|tsan] [NAME: only the tests with this in their name | --build: run nothing]
#   plain   the objects of the addon themselves, with DPDK where its headers are: what users run (AF_XDP: in all of them)
#   asan    AddressSanitizer and UndefinedBehaviorSanitizer
#   tsan    ThreadSanitizer
# Test programs print `ok NAME`, `not ok NAME: why` or `skip NAME: why`, one a line; build/native-KIND.log keeps them.
set -euo pipefail
shopt -s nullglob
cd "$(dirname "$0")/.."

kind=${1:-plain}
# The sanitizers cannot see into DPDK: all backends but that one.
backends=()
for file in native/tx/backends/*.cc; do case $file in */dpdk*) ;; *) backends+=("$file") ;; esac; done
flags=(-std=c++20 -g -fno-omit-frame-pointer -Wall -Wextra -Wno-psabi -pthread -Inative/tx)
# -g1 of the sanitizers: their reports name lines, and nobody debugs them; an eighth less to compile.
engine_flags=(-O1) # the tests themselves are compiled three times as fast without
addon= # where the engine's objects are already
libraries=()
runtime=
if pkg-config --exists libxdp libbpf 2>/dev/null; then # as binding.gyp has it
  # shellcheck disable=SC2207 # words, not lines
  flags+=(-DNMGEN_XDP $(pkg-config --cflags libxdp libbpf | sed 's,-I,-isystem ,g'))
  # shellcheck disable=SC2207
  libraries+=($(pkg-config --libs libxdp libbpf))
fi
if pkg-config --exists libpcap 2>/dev/null; then
  flags+=(-DNMGEN_PCAP)
  # shellcheck disable=SC2207
  libraries+=($(pkg-config --libs libpcap))
fi
case $kind in
  plain)
    addon=build/Release/obj.target/nmgen
    backends=(native/tx/backends/*.cc)
    if pkg-config --exists libdpdk 2>/dev/null; then # as binding.gyp has it
      # shellcheck disable=SC2207 # words, not lines
      flags+=(-DNMGEN_DPDK $(pkg-config --cflags libdpdk | sed 's,-I,-isystem ,g'))
      libraries+=(-Wl,--as-needed -lrte_ethdev -lrte_net -lrte_mbuf -lrte_mempool -lrte_eal)
    fi
    ;;
  asan)
    flags+=(-g1 -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all)
    runtime=$(g++ -print-file-name=libasan.so) # wants to be the first of all libraries
    ;;
  tsan)
    flags+=(-g1 -fsanitize=thread)
    runtime=$(g++ -print-file-name=libtsan.so)
    ;;
  *) echo "usage: tools/native-test.sh [plain|asan|tsan] [NAME]" >&2; exit 2 ;;
esac
program=build/native-test-$kind
objects=build/native-test-$kind.o
log=build/native-$kind.log
mkdir -p "$objects"

engine() { # all but native/tx/addon/, which knows JavaScript
  printf '%s\n' native/tx/*.cc "${backends[@]}"
}

sources() { # what is compiled here
  printf '%s\n' native/tx/test/*.cc
  [ -n "$addon" ] || engine
}

all_objects() {
  printf '%s\n' "$objects"/*.o
  [ -z "$addon" ] || engine | sed "s,.*,$addon/&,; s,cc$,o,"
}

object_of() { echo "$objects/$(echo "${1%.cc}" | tr / _).o"; }

# Other flags, a newer header or a source that is gone make every object old; a newer source makes its own.
forget_old_objects() {
  local object facts
  facts="${flags[*]} ${engine_flags[*]} $(sources | tr '\n' ' ')"
  if [ "$facts" != "$(cat "$objects/.facts" 2>/dev/null)" ]; then
    rm -f "$objects"/*.o
    echo "$facts" >"$objects/.facts"
  fi
  for object in "$objects"/*.o; do
    [ -z "$(find native \( -name '*.h' -o -name '*.inc' \) -newer "$object" -print -quit)" ] || rm -f "$object"
  done
}

compile() {
  local source object changed=
  [ -z "$addon" ] || make --no-print-directory build/Release/nmgen.node || return 1
  forget_old_objects
  export kind_flags="${flags[*]}" all_engine_flags="${engine_flags[*]}"
  # To a temporary name first: an interrupted compiler must not leave half an object that looks new.
  # shellcheck disable=SC2016 # expands in the shells that xargs starts
  for source in $(sources); do
    object=$(object_of "$source")
    [ "$object" -nt "$source" ] || printf '%s\n%s\n' "$source" "$object"
  done | xargs -r -P "$(nproc)" -n 2 bash -c '
    case $1 in */test/*) ;; *) kind_flags+=" $all_engine_flags" ;; esac
    g++ $kind_flags -c "$1" -o "$2.new" && mv "$2.new" "$2"' _ || return 1
  for object in $(all_objects); do [ "$program" -nt "$object" ] || changed=1; done
  # shellcheck disable=SC2046 # words, not lines
  [ -z "$changed" ] || g++ "${flags[@]}" $(all_objects) "${libraries[@]}" -o "$program"
}

run() {
  # The sanitizers of GCC 12 cannot map their shadow where the kernel randomizes addresses widely.
  local fixed=()
  if setarch "$(uname -m)" -R true 2>/dev/null; then fixed=(setarch "$(uname -m)" -R); fi
  # Without netmap's module, its double answers in its place.
  local preload=$runtime
  [ -e /dev/netmap ] || preload+=" $(tools/netmap-double.sh)"
  local seconds=600 # with what CPU time other tests leave
  [ -z "${NMGEN_FUZZ_RUNS:-}" ] || seconds=86400
  TSAN_OPTIONS=halt_on_error=1 timeout "$seconds" "${fixed[@]}" env LD_PRELOAD="$preload" "$program" "$@" </dev/null 2>&1
}

tests=(native/tx/test/*.cc)
if [ ${#tests[@]} = 0 ]; then
  echo "skip all: native/tx/test holds no test" | tee "$log"
  exit 0
fi
if ! compile; then
  echo "not ok compile: see the compiler's messages above" | tee "$log"
  exit 1
fi
if [ "${2:-}" = --build ]; then exit 0; fi
# Real plans for the fuzz tests to damage, where there is what makes them; made once where several kinds run side by side.
if [ -e dist/.tsbuildinfo ]; then
  (flock 9; [ build/fuzz-seeds -nt dist/.tsbuildinfo ] || node tools/fuzz-seeds.mjs) 9>build/fuzz-seeds.lock
fi
status=0
run "${@:2}" | tee "$log" || status=$?
if [ "$status" != 0 ] && ! grep -q '^not ok ' "$log"; then
  echo "not ok exit: ended with status $status (124: took too long)" | tee -a "$log"
fi
exit "$status"
