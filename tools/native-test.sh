#!/usr/bin/env bash
# Compiles native/tx/test with the engine, without Node, and runs it. Usage: tools/native-test.sh [plain|asan|tsan]
# Test programs print `ok NAME`, `not ok NAME: why` or `skip NAME: why`, one a line; build/native-KIND.log keeps them.
set -euo pipefail
shopt -s nullglob
cd "$(dirname "$0")/.."

kind=${1:-plain}
case $kind in
  plain) flags=() ;;
  asan) flags=(-fsanitize=address,undefined -fno-sanitize-recover=undefined) ;;
  tsan) flags=(-fsanitize=thread) ;;
  *) echo "usage: tools/native-test.sh [plain|asan|tsan]" >&2; exit 2 ;;
esac
program=build/native-test-$kind
objects=build/native-test-$kind.o
log=build/native-$kind.log
mkdir -p "$objects"

sources() { # addon.cc alone knows JavaScript; of the backends, the loop alone needs no library
  local file
  for file in native/tx/test/*.cc native/tx/*.cc native/tx/backends/loop.cc; do
    case $file in */addon.cc) ;; *) [ ! -f "$file" ] || echo "$file" ;; esac
  done
}

up_to_date() {
  [ -x "$program" ] && [ -z "$(find native tools/native-test.sh -type f -newer "$program" -print -quit)" ]
}

compile() {
  rm -f "$objects"/*.o
  export objects kind_flags="${flags[*]}"
  # shellcheck disable=SC2016 # expands in the shells that xargs starts
  sources | xargs -P "$(nproc)" -I{} bash -c 'g++ -std=c++20 -O1 -g -fno-omit-frame-pointer -Wall -Wextra -pthread \
    $kind_flags -Inative/tx -c "$1" -o "$objects/$(echo "${1%.cc}" | tr / _).o"' _ {} &&
    g++ -pthread "${flags[@]}" "$objects"/*.o -o "$program"
}

run() {
  # The sanitizers of GCC 12 cannot map their shadow where the kernel randomizes addresses widely.
  local fixed=()
  if setarch "$(uname -m)" -R true 2>/dev/null; then fixed=(setarch "$(uname -m)" -R); fi
  TSAN_OPTIONS=halt_on_error=1 timeout 240 "${fixed[@]}" "$program" </dev/null 2>&1
}

tests=(native/tx/test/*.cc)
if [ ${#tests[@]} = 0 ]; then
  echo "skip all: native/tx/test holds no test" | tee "$log"
  exit 0
fi
if ! up_to_date && ! compile; then
  echo "not ok compile: see the compiler's messages above" | tee "$log"
  exit 1
fi
status=0
run | tee "$log" || status=$?
if [ "$status" != 0 ] && ! grep -q '^not ok ' "$log"; then
  echo "not ok exit: ended with status $status (124: took too long)" | tee -a "$log"
fi
exit "$status"
