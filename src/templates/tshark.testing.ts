/** Stacks for Wireshark to judge: every header, tunnels in tunnels, checksums in checksums, options of every kind. */
export interface Stack {
  /** As a profile writes them, behind Ethernet. */
  layers: string
  frame: string
  /** What Wireshark calls the layers behind `eth:ethertype` (`frame.protocols`). */
  protocols: RegExp
}

const stack = (layers: readonly string[], protocols: string, frame = '202B'): Stack => ({
  layers: `[{ethernet: {}}, ${layers.map(layer => `{${layer.includes(':') ? layer : `${layer}: {}`}}`).join(', ')}]`,
  frame,
  protocols: new RegExp(`^eth:ethertype:${protocols}(:|$)`),
})

const ip = 'ipv4: {src: {random: 198.18.0.0/16}, id: {random: any}}'
const ip6 = 'ipv6: {src: {random: "2001:2::/64"}}'
const udp = 'udp: {src: {random: 49152-65535}}'
const tcp = 'tcp: {seq: {random: any}}'
const noSum = 'udp: {src: {random: 49152-65535}, checksum: zero}'
const inner = [ip, udp]

const tags = [
  stack(
    ['svlan: {id: 100}', 'vlan: {id: {inc: 1-9}}', ...inner],
    'ieee8021ad:ethertype:vlan:ethertype:ip:udp',
  ),
  stack(['vlan', 'vlan', 'vlan', ip6, tcp], 'vlan:ethertype:vlan:ethertype:vlan:ethertype:ipv6:tcp'),
  stack(['mpls: {label: {inc: 16-1000}, tc: 3}', 'mpls: {label: 100000}', ...inner], 'mpls:ip:udp'),
  stack(['svlan', 'mpls', 'mpls', 'mpls', ip6, tcp], 'ieee8021ad:ethertype:mpls:ipv6:tcp'),
  stack(['pppoe: {session_id: 7}', ...inner], 'pppoes:ppp:ip:udp'),
  stack(['vlan', 'pppoe', ip6, tcp], 'vlan:ethertype:pppoes:ppp:ipv6:tcp'),
  stack(['pppoe_discovery: {code: padi, tags: [service_name, {host_uniq: 00c0ffee}]}'], 'pppoed', '64B'),
  stack(
    [
      'pppoe_discovery: {code: pado, tags: [{ac_name: lab}, {ac_cookie: "0102"}, {tag: {type: 0x0110, value: "01"}}]}',
    ],
    'pppoed',
  ),
  stack(['arp: {src_ip: {inc: 198.18.0.0/24}}'], 'arp', '64B'),
  stack(['vlan', 'arp: {opcode: reply, dst_mac: "02:00:00:00:00:02"}'], 'vlan:ethertype:arp', '64B'),
]

const options = [
  stack(
    [ip, 'tcp: {flags: S, options: [{mss: 1460}, sackok, {ts: {value: {random: any}}}, nop, {wscale: 7}]}'],
    'ip:tcp',
  ),
  stack(
    [
      ip6,
      'tcp: {options: [nop, nop, {sack: {blocks: [{left: 1, right: 2}, {left: {random: 5-9}, right: 20}]}}]}',
    ],
    'ipv6:tcp',
  ),
  stack(
    [
      ip,
      'tcp: {options: [{mss: {random: 536-1460}}, {fastopen: "0011223344556677"}, {option: {kind: 253, data: f989}}]}',
    ],
    'ip:tcp',
  ),
  stack([ip, 'tcp: {options: [{raw: "01 01 02 04 05 b4"}]}'], 'ip:tcp'),
  stack(['ipv4: {options: [router_alert, {record_route: {hops: [0.0.0.0, 0.0.0.0]}}]}', udp], 'ip:udp'),
  stack(
    [
      'ipv4: {options: [nop, {loose_route: {hops: [198.18.0.9, 198.19.0.9]}}, {timestamp: {data: "0000000000000000"}}]}',
      tcp,
    ],
    'ip:tcp',
  ),
]

const ipv6 = [
  stack([ip6, 'hop_by_hop: {options: [router_alert]}', udp], 'ipv6:ipv6.hopopts:udp'),
  stack(
    [ip6, 'dest_options: {options: [{option: {type: 0x1e, data: "01020304"}}]}', tcp],
    'ipv6:ipv6.dstopts:tcp',
  ),
  stack(
    [ip6, 'routing: {segments: ["2001:2:0:f::1", "2001:2:0:f::2", "2001:2:0:f::3"]}', udp],
    'ipv6:ipv6.routing:udp',
    '300B',
  ),
  stack(
    [ip6, 'routing: {segments: [{random: "2001:2:0:f::/64"}, "2001:2:0:f::2"], segments_left: 0}', tcp],
    'ipv6:ipv6.routing:tcp',
    '300B',
  ),
  stack(
    [ip6, 'routing: {segments: [{random: "2001:2:0:f::/64"}]}', 'icmpv6'],
    'ipv6:ipv6.routing:icmpv6',
    '300B',
  ),
  stack([ip6, 'fragment: {id: {random: any}}', udp], 'ipv6:ipv6.fraghdr:udp'),
  stack(
    [
      ip6,
      'hop_by_hop',
      'dest_options',
      'routing: {segments: ["2001:2::9", "2001:2::8"]}',
      'fragment',
      'dest_options',
      tcp,
    ],
    'ipv6:ipv6.hopopts:ipv6.dstopts:ipv6.routing:ipv6.fraghdr:ipv6.dstopts:tcp',
    '300B',
  ),
  stack([ip6, 'icmpv6: {id: {random: any}}'], 'ipv6:icmpv6'),
  stack(
    ['ipv6: {hop_limit: 255, dst: "ff02::1:ff00:1"}', 'icmpv6: {type: ns, options: [source_link]}'],
    'ipv6:icmpv6',
    '90B',
  ),
  stack(
    [
      'ipv6: {hop_limit: 255}',
      'icmpv6: {type: na, router: 1, options: [{target_link: "02:00:00:00:00:09"}]}',
    ],
    'ipv6:icmpv6',
    '128B',
  ),
  stack(
    ['ipv6: {hop_limit: 255, dst: "ff02::2"}', 'icmpv6: {type: rs, options: [source_link]}'],
    'ipv6:icmpv6',
    '128B',
  ),
  stack(
    [
      'ipv6: {hop_limit: 255, dst: "ff02::1"}',
      'icmpv6: {type: ra, options: [source_link, {mtu: 1500}, {prefix: {prefix: "2001:2:0:5::"}}]}',
    ],
    'ipv6:icmpv6',
  ),
]

const transport = [
  stack([ip, 'sctp: {vtag: {random: any}}', 'sctp_data: {tsn: {inc: any}}'], 'ip:sctp'),
  stack([ip6, 'sctp: {src: {random: any}}', 'sctp_data'], 'ipv6:sctp', '130B'),
  stack(
    [
      ip,
      'sctp: {vtag: 0}',
      'sctp_init: {initiate_tag: {random: 1-99}, parameters: [{ipv4: 198.18.0.7}, {parameter: {type: 0x8008, data: c0}}]}',
    ],
    'ip:sctp',
  ),
  stack([ip, 'icmp: {id: {random: any}}'], 'ip:icmp'),
  stack(
    ['ipv4: {ttl: 1, dst: 224.0.0.251, options: [router_alert]}', 'igmp: {group: 224.0.0.251}'],
    'ip:igmp',
    '64B',
  ),
  stack(
    [
      'ipv4: {ttl: 1, dst: 224.0.0.22}',
      'igmp: {type: report_v3, records: [{group: 239.1.1.1, sources: [198.18.0.1]}, {type: to_exclude}]}',
    ],
    'ip:igmp',
    '128B',
  ),
  stack([ip, 'raw: {bytes: "dead beef"}'], 'ip'),
]

const tunnels = [
  stack([ip, ip6, tcp], 'ip:ipv6:tcp'),
  stack([ip6, ip, udp], 'ipv6:ip:udp'),
  stack([ip, ip, ip, udp], 'ip:ip:ip:udp'),
  stack([ip, 'gre', ...inner], 'ip:gre:ip:udp'),
  stack(
    [ip, 'gre: {key: {random: any}, sequence: {inc: any}, checksum: valid}', ip6, tcp],
    'ip:gre:ipv6:tcp',
  ),
  stack([ip6, 'gre: {checksum: valid}', 'ethernet', ...inner], 'ipv6:gre:eth:ethertype:ip:udp'),
  stack([ip, 'gre', 'mpls', ...inner], 'ip:gre:mpls:ip:udp'),
  stack(
    [ip, udp, 'vxlan: {vni: {random: any}}', 'ethernet', 'vlan', ...inner],
    'ip:udp:vxlan:eth:ethertype:vlan:ethertype:ip:udp',
  ),
  stack([ip6, udp, 'vxlan', 'ethernet', ip6, tcp], 'ipv6:udp:vxlan:eth:ethertype:ipv6:tcp'),
  stack(
    [ip, noSum, 'vxlan', 'ethernet', ip, 'sctp: {src: {random: any}}', 'sctp_data'],
    'ip:udp:vxlan:eth:ethertype:ip:sctp',
  ),
  stack(
    [ip, udp, 'vxlan', 'ethernet', ip, 'sctp: {src: {random: any}}', 'sctp_data'],
    'ip:udp:vxlan:eth:ethertype:ip:sctp',
  ),
  stack(
    [
      ip,
      udp,
      'geneve: {options: [{option: {class: 0x0102, type: 5, data: 0a0b0c0d}}]}',
      'ethernet',
      ...inner,
    ],
    'ip:udp:geneve:eth:ethertype:ip:udp',
  ),
  stack([ip6, udp, 'geneve', ip, tcp], 'ipv6:udp:geneve:ip:tcp'),
  stack([ip, noSum, 'gtpu: {teid: {random: any}}', ip, udp], 'ip:udp:gtp:ip:udp'),
  stack([ip, udp, 'gtpu: {sequence: {inc: any}}', ip6, tcp], 'ip:udp:gtp:ipv6:tcp'),
  stack([ip, udp, 'gtpu', 'pdu_session: {qfi: {random: 1-63}}', ip, tcp], 'ip:udp:gtp:ip:tcp'),
  stack([ip, udp, 'gtpu: {sequence: 1}', 'pdu_session: {type: ul, qfi: 9}', ip6, udp], 'ip:udp:gtp:ipv6:udp'),
  stack(
    [ip, udp, 'vxlan', 'ethernet', ip, udp, 'vxlan', 'ethernet', ...inner],
    'ip:udp:vxlan:eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:udp',
    '300B',
  ),
]

const messages = [
  stack(
    [
      ip,
      udp,
      'dns: {id: {random: any}, questions: [{name: www.bench.test, type: AAAA}], additionals: [{opt: 1232}]}',
    ],
    'ip:udp:dns',
  ),
  stack(
    [
      ip6,
      'udp: {src: 53, dst: 49152}',
      'dns: {questions: [{}], answers: [{a: {address: {random: 198.19.0.0/24}}}, {aaaa: {}}, {cname: {target: a.bench.test}}, {txt: {text: hello world}}], authorities: [{ns: {target: ns.bench.test}}, {mx: {target: mx.bench.test}}], additionals: [{record: {type: HTTPS, data: "000100"}}, opt]}',
    ],
    'ipv6:udp:dns',
    '400B',
  ),
  stack([ip, udp, 'quic: {token: "0102", scid: aabb, packet_number: {inc: any}}'], 'ip:udp:quic', '1262B'),
  stack([ip, udp, 'quic: {version: v2, token: {random: bytes, length: 70}}'], 'ip:udp:quic', '1262B'),
  stack([ip6, udp, 'quic: {type: handshake, dcid: "00112233445566778899"}'], 'ipv6:udp:quic', '300B'),
  stack(
    [ip, udp, 'quic: {form: short, spin: {random: any}, dcid: "0011223344556677"}'],
    'ip:udp:quic',
    '300B',
  ),
]

export const stacks: readonly Stack[] = [...tags, ...options, ...ipv6, ...transport, ...tunnels, ...messages]
