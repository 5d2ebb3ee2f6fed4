#!/bin/sh
# How does the kernel's own firewall slow down with its rules? The lab's, with 0, 100 and 1,000 rules that match nothing,
# new flows only, sessions forgotten before each trial. Rates say something of a quiet machine only. As root:
#   PRESET=quick bench/firewall.sh [FLAGS OF find...]           three searches, a minute or two each
# The rings of the sender hold more frames than the firewall's queue: what waits there must not hold up what is sent.
set -eu
cd "$(dirname "$0")/.."
name=nmgbench
lab=test/lab/firewall.sh
"$lab" up "$name" 0
trap '"$lab" down "$name"' EXIT
# Before whatever else runs here: a sender that waits for its CPU is no limit of the firewall's.
nice -n -20 node bin/nmgen.js find profiles/firewall/udp-new-flows.yaml \
  --tx "afxdp:${name}a,slots=8192" --rx "afxdp:${name}b,rx_slots=8192" \
  --preset "${PRESET:-quick}" --vary rules=0,100,1000 --before-search "$lab rules $name \$NMGEN_RULES" --before-trial "$lab flush $name" \
  --after-trial "$lab flows $name" --min 500pps --max 400kpps "$@"
