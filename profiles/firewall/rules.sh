#!/bin/sh
# N nftables rules that no packet of the pack matches, then the one that lets it through: what does the depth cost?
#   profiles/firewall/rules.sh 1000 > rules.nft && nft -f rules.nft
# `rules.sh N forbid` also forbids UDP to port 7; `rules.sh N stateless` lets through what belongs to no connection, too;
# `rules.sh N strict` also stops what conntrack does not look at: where a source should come from, and TCP options.
set -eu
count=${1:?how many rules}
echo 'table inet nmgen'
echo 'delete table inet nmgen'
echo 'table inet nmgen {'
echo '  chain forward {'
echo '    type filter hook forward priority 0; policy drop;'
i=0
while [ "$i" -lt "$count" ]; do
  # TEST-NET-3 (RFC 5737): nothing is sent from there.
  echo "    ip saddr 203.0.113.$((i % 256)) udp dport $((1024 + i / 256)) drop"
  i=$((i + 1))
done
[ "${2:-}" != forbid ] || echo '    udp dport 7 counter drop'
if [ "${2:-}" = strict ]; then
  # The way back to the source leads elsewhere (RFC 3704 section 2.2).
  echo '    fib saddr . iif oif missing counter drop'
  echo '    ct state invalid counter drop'
  # A SYN that names no segment size, or none that can be read. RFC 9293 section 3.7.1 allows the former.
  echo '    tcp flags & (syn | ack) == syn tcp option maxseg missing counter drop'
fi
state='ct state new,established,related,untracked '
[ "${2:-}" != stateless ] || state=
echo "    ${state}counter accept"
echo '  }'
echo '}'
