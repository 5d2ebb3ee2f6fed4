#!/usr/bin/env bash
# Runs what needs another kernel than this machine's in a virtual machine: the contract suite and runs of nmgen on NICs
# that qemu emulates, by DPDK's drivers, and, given NMGEN_NETMAP_KO, on netmap's module. Ends with
# "N passed, N failed, N skipped". Usage: test/vm/run.sh [dpdk] [netmap] (default: both)
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

tools/native-test.sh plain 'open refuses' >/dev/null || { echo 'not ok compile: tools/native-test.sh plain'; exit 1; }
rm -f build/vm-*.log

dpdk() {
  test/vm/boot.sh --nics e1000:2,vmxnet3:2,virtio-net-pci:2 --timeout 1500 test/vm/dpdk.sh
}

netmap() {
  if [ ! -r "${NMGEN_NETMAP_KO:-}" ]; then
    echo 'skip netmap in a virtual machine: NMGEN_NETMAP_KO names no netmap.ko, built for the kernel in /boot'
    return
  fi
  NMGEN_NETMAP_KO=$(realpath "$NMGEN_NETMAP_KO") test/vm/boot.sh --nics e1000:2 --timeout 2400 test/vm/netmap.sh
}

[ $# != 0 ] || set -- dpdk netmap
for part in "$@"; do
  echo "== in a virtual machine: $part"
  "$part" | tee "build/vm-$part.log"
  status=${PIPESTATUS[0]}
  [ "$status" = 0 ] || echo "not ok $part: the machine ended with status $status" | tee -a "build/vm-$part.log"
done
node test/vm/totals.mjs
