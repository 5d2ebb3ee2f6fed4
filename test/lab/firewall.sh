#!/bin/sh
# A firewall to test: a namespace that forwards between two veth pairs, with nftables and conntrack. As root:
#   test/lab/firewall.sh up NAME [RULES [KIND]]        NAMEa and NAMEb are the near ends; NAME has at most 12 letters
#   test/lab/firewall.sh rules NAME RULES [KIND]       another policy, as profiles/firewall/rules.sh writes it
#   test/lab/firewall.sh flows NAME                    what conntrack counts
#   test/lab/firewall.sh flush NAME                    an empty table: conntrack forgets all
#   test/lab/firewall.sh down NAME
# What is sent from NAMEa to 198.19.0.0/16 or 2001:2:0:2::/64 comes out at NAMEb, and what is sent from NAMEb to
# 198.18.0.0/16 or 2001:2:0:1::/64 at NAMEa. Its MAC addresses are 02:00:00:00:00:02 there and 02:00:00:00:01:02 here.
# It forwards on CPU LAB_CPU (0); `nmgen --cores` keeps senders off it.
set -eu
here=$(dirname "$0")

in_it() { ip netns exec "$name" "$@"; }

pair() { # near, far, MAC of the near end, of the far end, what lies behind the near end: IPv4, IPv6
  ip link add "$1" address "$3" type veth peer name "$2" address "$4" netns "$name"
  # The near ends are nmgen's alone: nothing of the kernel's own is to be among its frames.
  ip link set "$1" addrgenmode none arp off multicast off
  ip -n "$name" link set "$2" addrgenmode none multicast off
  ip link set "$1" up
  ip -n "$name" link set "$2" up
  ip -n "$name" neighbour add 192.0.2.1 lladdr "$3" dev "$2" nud permanent
  ip -n "$name" neighbour add fe80::1 lladdr "$3" dev "$2" nud permanent
  ip -n "$name" route add "$5" via 192.0.2.1 dev "$2" onlink
  ip -n "$name" route add "$6" via fe80::1 dev "$2"
}

# A veth hands over in the sender's call, and so the firewall would forward in the sender's time: one that it slows down
# instead of losing anything. Packet steering (the kernel's networking/scaling.rst) makes a device of its own of it,
# with a queue (net.core.netdev_max_backlog) in which packets wait or, where it is full, are lost; that counts as
# `tx_dropped` of the near end.
own_cpu() {
  mask=$(printf '%x' $((1 << ${LAB_CPU:-0})))
  in_it sh -c "echo $mask > /sys/class/net/left/queues/rx-0/rps_cpus; echo $mask > /sys/class/net/right/queues/rx-0/rps_cpus"
}

rules() { "$here/../../profiles/firewall/rules.sh" "$@" | in_it nft -f -; }

up() {
  ip netns add "$name"
  trap down EXIT
  ip -n "$name" link set lo up
  pair "${name}a" left 02:00:00:00:00:01 02:00:00:00:00:02 198.18.0.0/16 2001:2:0:1::/64
  pair "${name}b" right 02:00:00:00:01:01 02:00:00:00:01:02 198.19.0.0/16 2001:2:0:2::/64
  in_it sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 \
    net.ipv4.conf.left.rp_filter=0 net.ipv4.conf.right.rp_filter=0
  own_cpu
  rules "$@"
  # Only a SYN opens a connection; the kernel's default takes up those that it finds under way.
  in_it sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0
  trap - EXIT
}

down() {
  ip link delete "${name}a" 2>/dev/null || true
  ip link delete "${name}b" 2>/dev/null || true
  ip netns delete "$name" 2>/dev/null || true
}

# As `conntrack -F` does, which is not everywhere: IPCTNL_MSG_CT_DELETE of nothing in particular
# (linux/netfilter/nfnetlink_conntrack.h) with an answer asked for (linux/netlink.h).
flush() {
  in_it python3 -c '
import socket, struct
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
s.send(struct.pack("=IHHII", 20, 1 << 8 | 2, 1 | 4, 1, 0) + bytes(4))
raise SystemExit(-struct.unpack_from("=i", s.recv(4096), 16)[0])'
}

action=${1:?up, rules, flows, flush or down}
name=${2:?name of the namespace}
shift 2
case $action in
  up) up "${1:-0}" "${2:-}" ;;
  rules) rules "${1:?how many}" "${2:-}" ;;
  flows) in_it cat /proc/sys/net/netfilter/nf_conntrack_count ;;
  flush) flush ;;
  down) down ;;
  *) echo "firewall.sh: there is no action $action" >&2; exit 2 ;;
esac
