#!/usr/bin/env bash
# nmgen beside netmap's own pkt-gen on the same port, in turn: pairs of runs, the median of each and of the ratios.
# Where netmap's module is loaded: in `test/vm/boot.sh --instructions` packets a second are packets for so many
# instructions, which do not depend on what else runs on the machine.
#
#   bench/pkt-gen.sh PKT_GEN [PAIRS [PORT...]]     (default: 5 pairs; nmsink0, vale0:1 and the pipe p}1)
#
# A pipe is read by a pkt-gen that receives. Frames of 60 bytes without FCS: constant; source address and port counting
# (pkt-gen -s); and at random, where pkt-gen must be told to copy (-o 4) lest a ring's worth of flows repeats for ever.
# NMGEN_PORT_ARGUMENTS, such as `,sync=poll`, follows the port in nmgen's URI; NMGEN_CASES names some of the cases only.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

pkt_gen=$1 pairs=${2:-5}
shift $(($# < 2 ? $# : 2))
[ $# != 0 ] || set -- nmsink0 vale0:1 'p}1'
packets=1000000

mega() { awk '{ print $1 * ($2 == "Gpps" ? 1000 : $2 == "Mpps" ? 1 : $2 == "Kpps" ? 1e-3 : 1e-6) }'; } # `9.9 Mpps`
by_pkt_gen() { # PORT OPTIONS...
  "$pkt_gen" -i "netmap:$1" -f tx -l 60 -S 02:00:00:00:00:01 -D 02:00:00:00:00:02 -n "$packets" -w 0 "${@:2}" 2>&1 | sed -n 's/^Speed: \(.*\) Bandwidth.*/\1/p' | mega
}
by_nmgen() { # PORT PROFILE
  node bin/nmgen.js run "bench/profiles/$2.yaml" --tx "netmap:$1${NMGEN_PORT_ARGUMENTS:-}" --count "$packets" \
    --duration 60s --no-out --quiet --json 2>&1 | awk '/"tx_pps"/ { print $2 / 1e6; exit }'
}
median() { sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

compare() { # PORT NAME PROFILE OPTIONS-OF-PKT-GEN...
  local theirs ours all_theirs=() all_ours=() ratios=()
  [[ " ${NMGEN_CASES:-$2} " == *" $2 "* ]] || return
  for ((i = 0; i < pairs; i++)); do
    theirs=$(by_pkt_gen "$1" "${@:4}") ours=$(by_nmgen "$1" "$3")
    all_theirs+=("$theirs") all_ours+=("$ours") ratios+=("$(awk "BEGIN { print ${ours:-0} / ${theirs:-1e9} }")")
  done
  printf '%-8s %-9s pkt-gen %7.3f Mpps  nmgen %7.3f Mpps  ratio %.2f  (%s)\n' "$1" "$2" \
    "$(printf '%s\n' "${all_theirs[@]}" | median)" "$(printf '%s\n' "${all_ours[@]}" | median)" \
    "$(printf '%s\n' "${ratios[@]}" | median)" "${ratios[*]}"
}

for port in "$@"; do
  reader=
  if [[ $port == *'}'* ]]; then
    "$pkt_gen" -i "netmap:${port/\}/\{}" -f rx >/dev/null 2>&1 &
    reader=$!
    sleep 1
  fi
  compare "$port" constant constant
  compare "$port" counting counting -s 198.18.0.0:1024-198.18.255.255:65535
  compare "$port" random two-fields -z -Z -o 4
  [ -z "$reader" ] || kill -INT "$reader"
done
