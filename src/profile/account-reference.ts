import { GROUP_METRICS } from '../units/metrics.js'

const example = `\`\`\`yaml
account: vlan.priority
streams:
  - name: flows
    frame: 128B
    rate: 1Mpps
    count: 1M
    account: flow
    vars:
      flow: { permute: { src: 198.18.0.0/21, port: 1024-1027 } }
    layers:
      - ethernet: {}
      - vlan: { id: 7, priority: { list: [0, 5, 5] } }
      - ipv4: { src: =flow.src, dst: 198.19.1.2 }
      - udp: { src: =flow.port, dst: 9 }
  - name: voice
    frame: 128B
    rate: 10kpps
    count: 10k
    layers:
      - ethernet: {}
      - vlan: { id: 7, priority: 5 }
      - ipv4: { dst: 198.19.1.3, dscp: 46 }
      - udp: { dst: 5060 }
expect:
  - account[vlan.priority=5].lost == 0
  - streams.flows[flow=198.18.0.1/1024].rx_packets > 0
  - streams.flows[*].outage_ns < 50ms
\`\`\``

/** docs/reference/account.md. */
export function accountReference(): string {
  return `${[
    '# Results of groups',
    'Made by `npm run docs` from `src/profile/`; do not edit.',
    '`account` names a field, and the results are kept for each of its values, too:',
    example,
    'At the top of a profile it is that of every stream: groups are counted in each stream and over all of them. A stream ' +
      'with an `account` of its own is not among the latter. A list, `[vlan.priority, ipv4.dscp]`, has a group for each ' +
      'combination of values.',
    '## What can be named',
    '- a field as `preview` calls it, `ipv4.dscp`, of a second tag `vlan.2.priority`, also in options;\n' +
      '- a variable, `flow`, or a part of it, `flow.src`;\n' +
      '- `size`, the bytes of the frame; `stream`, its name; `label`, the alternative of a `choice` or a fault of `fragment`.',
    'A packet is in the group that it was *sent* in, whatever a device has made of the field since: which one that is follows ' +
      'from the number in its signature. Frames without a signature are counted by what they show as they arrive: `rx_packets`, ' +
      '`lost` and `loss_ratio` are known where what `account` names stands at one place in all frames of the stream, and what a ' +
      'device has changed there is in another group, or in none. Where it does not (`size` of several, a checksum, a ' +
      'variable that no field follows as it is), groups are counted where they are sent only, and a warning says so. A ' +
      'stream that has no such field is in the group `-`. There may be 65,536 groups in all; a profile with more is refused.',
    '## What is known of a group',
    `${GROUP_METRICS.map(name => `\`${name}\``).join(', ')}.`,
    '`lost`, `duplicates` and `reordered` are those of the stream, as they fall on its groups; a damaged packet, whose number ' +
      'cannot be trusted, counts as lost. Percentiles of latency are kept where a receiving port has no more than 64 groups, ' +
      'minimum, mean and maximum always.',
    '`gaps`, `longest_gap` and `outage_ns` are of the packets of the group alone: an outage is how long its longest run of ' +
      'lost packets took to be sent, and where its first or its last packets are missing, all the time since the stream ' +
      'began, or until it ended. They are known where groups come again in the same order within 1,048,576 packets, as by ' +
      '`inc`, `list` and `permute`, but not by `random`, `weighted` and `zipf`; and like those of streams, where one receiver ' +
      'sees all of it, and where no late packet is left out (`late: skip`). A packet of a group that comes behind ' +
      '512 later ones of its group, or 4 later gaps, counts as lost in these three.',
    '## In the result',
    '`accounts` of result.json has an entry for each: `stream` (null: over all), `by`, `groups` by their names ' +
      '(`vlan.priority=5,ipv4.dscp=46`), and `outages`: how many groups there are, lost packets (`lossy`), had none come at all ' +
      '(`silent`), or have not recovered by the end (`unrecovered`), and the median, 99th percentile and maximum of their ' +
      'longest outages (`p50_ns`, `p99_ns`, `max_ns`). That is what a failover is judged by.',
    '## Expectations',
    '`account[GROUP].METRIC` is of a group over all streams, `streams.NAME[GROUP].METRIC` of one in a stream, and `[*]` of ' +
      'each group: what fails in one of them fails.',
  ].join('\n\n')}\n`
}
