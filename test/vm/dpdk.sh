#!/usr/bin/env bash
# In the virtual machine, whose NICs are pairs of e1000, vmxnet3 and virtio-net from PCI address 10 on: DPDK's drivers.
cd "$(dirname "$0")/../.." || exit 1
. test/vm/lines.sh

test/vm/doctor.sh
sysctl -q -w vm.nr_hugepages=300
modprobe uio_pci_generic # Debian's kernel has no vfio without an IOMMU

give_to_dpdk() { # the PCI address of a NIC
  local device=/sys/bus/pci/devices/$1
  echo uio_pci_generic >"$device/driver_override"
  [ ! -e "$device/driver" ] || echo "$1" >"$device/driver/unbind"
  echo "$1" >/sys/bus/pci/drivers_probe
}

refused=$(node bin/nmgen.js run bench/profiles/constant.yaml --tx dpdk:0000:00:14.0 --no-out 2>&1)
judge 'dpdk says which driver of the kernel has a NIC' "$([[ $refused == *not-bound* ]] || tail -n 3 <<<"$refused")"

for pair in '10 11' '12 13' '14 15'; do
  read -r one other <<<"$pair"
  give_to_dpdk "0000:00:$one.0"
  give_to_dpdk "0000:00:$other.0"
  NMGEN_CONTRACT="dpdk:0000:00:$one.0 dpdk:0000:00:$other.0 128 1514" build/native-test-plain 'contract of dpdk 0000'
  why=$(send 1000 profiles/udp-64b.yaml --rate 500pps --tx "dpdk:0000:00:$one.0" --rx "dpdk:0000:00:$other.0")
  judge "nmgen run sends from 00 $one.0 to 00 $other.0 without a loss" "$why"
done
why=$(send 1000 profiles/udp-64b.yaml --rate 500pps --queues 4 --tx dpdk:0000:00:12.0 --rx dpdk:0000:00:13.0)
judge 'nmgen run sends on four queues of a vmxnet3' "$why"
