# Sourced by the scripts that run in the virtual machine: prints `ok NAME` or `not ok NAME: why`, one a line.

judge() { # NAME WHY-NOT
  if [ -z "$2" ]; then echo "ok $1"; else echo "not ok $1: $2"; fi
}

# A run of so many packets; prints why it is not as it should be. What arrives is counted where there is `--rx`.
# The clock of an emulated machine stands still now and then: counts are judged, rates are not.
send() { # COUNT PROFILE ARGUMENTS...
  local out
  out=$(node bin/nmgen.js run "$2" --count "$1" --duration 60s --no-out --quiet --json "${@:3}" 2>&1)
  [[ $out == *"\"tx_packets\": $1,"* ]] || { tr '\n' ' ' <<<"${out: -300}"; return; }
  [[ " $* " != *' --rx '* || $out == *'"lost": 0,'* ]] || grep -m 1 -o '"lost": .*' <<<"$out"
}

counter() { cat "/sys/class/net/$1/statistics/$2"; } # of the kernel's driver

# The driver's own books are brought up to date every two seconds. Waits until COMMAND prints the number expected.
settles_at() { # EXPECTED COMMAND...
  local value
  for _ in {1..20}; do
    value=$("${@:2}")
    [ "$value" != "$1" ] || return 0
    sleep 1
  done
  echo "$value instead of $1"
}
