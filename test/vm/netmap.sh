#!/usr/bin/env bash
# In the virtual machine, with a pair of e1000: netmap's own module, NMGEN_NETMAP_KO, built by the user for this kernel.
# A driver that netmap has patched is taken where it lies beside the module; otherwise netmap emulates.
cd "$(dirname "$0")/../.." || exit 1
. test/vm/lines.sh

if ! insmod "$NMGEN_NETMAP_KO" buf_num=16384; then
  echo "not ok netmap is loaded: $(dmesg | tail -n 1 | tr ':' ' ')"
  exit
fi
driver=$(find "$(dirname "$NMGEN_NETMAP_KO")" -name e1000.ko | head -n 1)
if [ -n "$driver" ]; then insmod "$driver"; else modprobe e1000; fi
# Whose questions, each time that a link comes up, would be counted among what nmgen sends.
echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
ip link set eth0 up
ip link set eth1 up promisc on

build/native-test-plain netmap

constant=bench/profiles/constant.yaml
received() { counter eth1 rx_packets; }
ip_received() { awk '/^Ip: [0-9]/ { print $4 }' /proc/net/snmp; }

# What the far end's driver counts while COMMAND runs is exactly so many.
arrive() { # EXPECTED COMMAND...
  local before why
  sleep 3 # what is still under way
  before=$(received)
  why=$("${@:2}")
  [ -n "$why" ] && echo "$why" || settles_at $((before + $1)) received
}

judge 'netmap sends on an e1000 what its neighbour counts' "$(arrive 1000 send 1000 $constant --rate 500pps --tx netmap:eth0)"
judge 'the kernel has the NIC back afterwards' "$(arrive 100 send 100 $constant --rate 100pps --tx afpacket:eth0)"

node bin/nmgen.js run $constant --rate 500pps --duration 60s --no-out --quiet --tx netmap:eth0 &
before=$(received)
for _ in {1..60}; do [ "$(received)" = "$before" ] || break; sleep 1; done
kill -9 $!
wait $! 2>/dev/null
judge 'a killed run leaves the NIC to the kernel' "$(arrive 100 send 100 $constant --rate 100pps --tx afpacket:eth0)"
judge 'a killed run leaves the NIC to the next' "$(arrive 500 send 500 $constant --rate 500pps --tx netmap:eth0)"

before=$(ip_received) # eth1 has the address to which the profile sends
why=$(send 200 $constant --rate 500pps --tx 'netmap:eth1^')
[ -n "$why" ] || why=$(settles_at $((before + 200)) ip_received)
judge 'a host ring leads into the stack of the kernel' "$why"

for sync in ioctl poll; do
  why=$(send 2000 profiles/udp-64b.yaml --rate 500pps --tx "netmap:p}1,sync=$sync" --rx "netmap:p{1,sync=$sync")
  judge "nmgen run sends through a pipe by $sync without a loss" "$why"
  why=$(send 2000 profiles/udp-64b.yaml --rate 500pps --tx "netmap:vale0:1,sync=$sync" --rx "netmap:vale0:2,sync=$sync")
  judge "nmgen run sends through a VALE switch by $sync without a loss" "$why"
done
