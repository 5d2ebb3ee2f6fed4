import { describe, expect, it } from 'vitest'
import { loadProfile } from '../../profile/load.js'
import { compile } from '../compile.js'

const profileOf = (fragment: string, frame: string, layers: string, more = '') =>
  [
    'version: 1',
    'name: x',
    'ports: {a: "loop:x", b: "pcap:y"}',
    'streams:',
    '  - name: cut',
    `    frame: ${frame}`,
    `    fragment: ${fragment}`,
    `    layers: [ethernet: {}, ${layers}]`,
    `    ${more}`,
  ].join('\n')

/** `code path hint-part`. */
function found(...parts: Parameters<typeof profileOf>): string[] {
  const { profile, diagnostics } = loadProfile(profileOf(...parts), { file: 'x' })
  expect(diagnostics).toEqual([])
  return compile(profile!).diagnostics.map(
    ({ code, path, message, hint }) => `${code} ${path.slice(2).join('.')}: ${message} (${hint})`,
  )
}

const udp = 'ipv4: {src: {random: 198.18.0.0/16}}, udp: {}'

describe('what cannot be cut', () => {
  it.each<[fragment: string, frame: string, layers: string, expected: string]>([
    ['{mtu: 1500}', '3000B', 'vlan: {}', 'nothing-to-cut fragment: only IP datagrams can be cut'],
    [
      '{mtu: 1500}',
      '3000B',
      'ipv4: {flags: D}, udp: {}',
      'cut-decides layers.1.ipv4.flags: ipv4.flags follows',
    ],
    ['{mtu: 1500}', '3000B', 'ipv4: {fragment_offset: 1}', 'cut-decides layers.1.ipv4.fragment_offset'],
    ['{mtu: 1500}', '3000B', 'ipv6: {}, fragment: {more: 1}, udp: {}', 'cut-decides layers.2.fragment.more'],
    ['{mtu: 1500}', '{random: 2000B-3000B}', udp, 'sizes-at-random frame: trains come in an exact order'],
    ['{mtu: 1500}', '{weighted: {2000B: 1, 3000B: 2}}', udp, 'sizes-at-random frame'],
    [
      '{mtu: 1500}',
      '65.6kB',
      'ipv4: {}, raw: {bytes: "00"}',
      'frame-too-long frame: ipv4.length cannot say 65582 in 16 bits',
    ],
    ['{mtu: 68, fault: overlap}', '900B', 'ipv6: {}, udp: {}', 'ok'],
    ['{mtu: 68}', '900B', 'ipv6: {}, hop_by_hop: {}, udp: {}', 'ok'],
    ['{mtu: 71}', '900B', 'ipv6: {}, hop_by_hop: {}, fragment: {}, udp: {}', 'ok'],
    [
      '{mtu: 70, fault: overlap}',
      '900B',
      'ipv6: {}, hop_by_hop: {}, udp: {}',
      'mtu-too-small fragment.mtu: with an MTU of 70, too little data fits behind 56 bytes of headers (72 or more)',
    ],
    [
      '{mtu: 9198}',
      '20kB',
      'vlan: {}, ipv4: {}, udp: {}',
      'out-of-range fragment.mtu: a fragment of 9218 bytes is too long for a frame (an MTU of 9194 or less)',
    ],
    [
      '{mtu: 1500, fault: overlap}',
      '{imix: {3000B: 1, 900B: 1}}',
      udp,
      'not-cut fragment.fault: overlap needs two fragments, and a frame of 900 bytes fits in the MTU of 1500 (frames of more than 1518 bytes are cut)',
    ],
    ['{mtu: 1500, fault: tiny_first}', '900B', udp, 'ok'],
    ['{mtu: 1500}', '900B', udp, 'ok'],
    [
      '{mtu: 1500}',
      '3000B',
      'ipv4: {}, sctp: {}, sctp_data: {}',
      'crc-cut fragment: the CRC32c of sctp is over all fragments',
    ],
    ['{mtu: 1500}', '3000B', 'ipv4: {}, sctp: {checksum: 5}, sctp_data: {}', 'ok'],
    ['{mtu: 1500}', '900B', 'ipv4: {}, sctp: {}, sctp_data: {}', 'ok'],
    ['{mtu: 68}', '900B', 'ipv4: {}, raw: {bytes: "0102030405"}, ethernet: {}, ipv4: {}, udp: {}', 'ok'],
    [
      '{mtu: {weighted: {1500: 997, 576: 991}}, fault: {weighted: {none: 97, overlap: 2}}}',
      '3000B',
      udp,
      'too-many-trains fragment: the weights of mtu, order and fault multiply to 196812 trains; at most 65536',
    ],
    [
      '{mtu: {weighted: {1500: 97, 576: 91}}}',
      '{imix: {3000B: 997, 4000B: 991}}',
      udp,
      'too-many-trains fragment: sizes, mtu, order and fault come in all combinations only after',
    ],
    [
      '{mtu: 68, interleave: 2000}',
      '60kB',
      udp,
      'too-many-trains fragment: sizes, mtu, order and fault come in all combinations only after 20000000 frames',
    ],
    [
      '{mtu: 1500}',
      '3000B',
      'ipv4: {id: 7}, udp: {}',
      'same-identification layers.1.ipv4.id: all datagrams have the same',
    ],
    ['{mtu: 1500}', '3000B', 'ipv4: {id: 7, src: {random: 198.18.0.0/16}}, udp: {}', 'ok'],
  ])('%s of %s frames of %s: %s', (fragment, frame, layers, expected) => {
    const all = found(fragment, frame, layers, 'rx: b')
    if (expected === 'ok') expect(all).toEqual([])
    else expect(all).toEqual([expect.stringContaining(expected)])
  })

  it('looks at what no signature tells apart', () => {
    // Of a tunnel's headers, the first fragments have no room.
    const tunnel = `${udp}, vxlan: {}, ethernet: {}, ipv4: {}, udp: {}`
    const fragment = '{mtu: 68, fault: {weighted: {none: 1, missing_last: 1}}}'
    expect(found(fragment, '900B', tunnel, 'rx: a')).toEqual([
      expect.stringContaining('fragments-look-alike fragment: some fragments have no room'),
    ])
    expect(
      found('{mtu: 576, fault: {weighted: {none: 1, missing_last: 1}}}', '900B', tunnel, 'rx: a'),
    ).toEqual([])
  })

  it('says that signatures replace a given payload', () => {
    expect(found('{mtu: 576}', '900B', `${udp}, payload: {text: hello}`, 'rx: a')).toEqual([
      expect.stringContaining('replaces the first 18 bytes of the payload in each fragment'),
    ])
  })
})
