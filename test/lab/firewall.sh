#!/bin/sh
# A firewall to test: a namespace that forwards between two veth pairs, with nftables and conntrack. As root:
#   test/lab/firewall.sh up NAME [RULES [forbid]]      NAMEa and NAMEb are the near ends; NAME has at most 12 letters
#   test/lab/firewall.sh rules NAME RULES [forbid]     another policy: that many rules that match nothing
#   test/lab/firewall.sh flows NAME                    what conntrack counts
#   test/lab/firewall.sh flush NAME                    an empty table: conntrack forgets all
#   test/lab/firewall.sh down NAME
# What is sent from NAMEa to 198.19.0.0/16, MAC 02:00:00:00:00:02, comes out at NAMEb.
set -eu
here=$(dirname "$0")

in_it() { ip netns exec "$name" "$@"; }

pair() { # near, far, MAC of the near end, of the far end, address of the far end
  ip link add "$1" address "$3" type veth peer name "$2" address "$4" netns "$name"
  # The near ends are nmgen's alone: nothing of the kernel's own is to be among its frames.
  ip link set "$1" addrgenmode none arp off multicast off
  ip -n "$name" link set "$2" addrgenmode none multicast off
  ip -n "$name" address add "$5" dev "$2"
  ip link set "$1" up
  ip -n "$name" link set "$2" up
}

rules() { "$here/../../profiles/firewall/rules.sh" "$@" | in_it nft -f -; }

up() {
  ip netns add "$name"
  trap down EXIT
  ip -n "$name" link set lo up
  pair "${name}a" left 02:00:00:00:00:01 02:00:00:00:00:02 198.18.0.1/16
  pair "${name}b" right 02:00:00:00:01:01 02:00:00:00:01:02 198.19.255.1/24
  ip -n "$name" neighbour add 198.19.255.2 lladdr 02:00:00:00:01:01 dev right nud permanent
  ip -n "$name" route add 198.19.0.0/16 via 198.19.255.2
  in_it sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.left.rp_filter=0
  rules "$@"
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
