import { describe, expect, it } from 'vitest'
import { encodePlan } from '../../gen/encode.js'
import { loadProfile } from '../../profile/load.js'
import { compile } from '../compile.js'
import { dissect } from '../dissect.js'
import { partOf } from '../group.js'
import { builtCore, renderNative } from '../native.testing.js'
import type { Plan, StreamPlan } from '../plan.js'
import { formatValue } from '../values.js'

const core = builtCore()
const empty = planOf('streams: [{ name: s, frame: 128B, layers: [{ ethernet: {} }] }]')

const ethernet = '- ethernet: {}'
const ipv4 = '- ipv4: { dst: 198.19.1.2 }'

function compiled(text: string) {
  const { profile, diagnostics } = loadProfile(`version: 1\nname: x\n${text}`, { file: 'x.yaml' })
  const found = profile ? compile(profile) : { diagnostics: [], plan: undefined }
  return { diagnostics: [...diagnostics, ...found.diagnostics], plan: found.plan }
}

function planOf(text: string): Plan {
  const { plan, diagnostics } = compiled(text)
  if (!plan) throw new Error(JSON.stringify(diagnostics))
  return plan
}

const streamOf = (account: string, layers: string, more = '') =>
  `streams:\n  - name: s\n    frame: ${more || '128B'}\n    account: ${account}\n    layers: [${layers
    .replaceAll('- ', '')
    .split('\n')
    .map(layer => `{${layer}}`)
    .join(', ')}]`

/** How many of packets 0..count-1 of a shard are in each group, as the native core counts them. */
function tallied(stream: StreamPlan, count: number, shard = { index: 0, stride: 1 }): Map<string, number> {
  const cells = new BigUint64Array(stream.account!.groups.length)
  const plan = encodePlan({ durationNs: null, streams: [stream] }, { shard, accounts: true })
  expect(core!.tally(plan, 0n, BigInt(count), cells)).toBeNull()
  const found = new Map<string, number>()
  for (const [cell, packets] of cells.entries()) {
    const name = stream.account!.groups[cell]!
    if (packets > 0n) found.set(name, (found.get(name) ?? 0) + Number(packets))
  }
  return found
}

/** The same, read from the packets themselves. */
function read(stream: StreamPlan, count: number, shard = { index: 0, stride: 1 }): Map<string, number> {
  const found = new Map<string, number>()
  for (const frame of renderNative(core!, { ...empty, streams: [stream] }, stream.id, { count, shard }))
    found.set(nameOf(stream, frame), (found.get(nameOf(stream, frame)) ?? 0) + 1)
  return found
}

function nameOf(stream: StreamPlan, frame: Uint8Array): string {
  const text = (name: string): string => {
    if (name === 'size') return `${frame.length + 4}`
    if (name === 'stream') return stream.name
    const [layer, ...key] = name.split('.')
    const nth = /^\d+$/.test(key[0] ?? '') ? Number(key.shift()) : 1
    const found = dissect(frame).layers.filter(one => one.name === layer)[nth - 1]
    const field = found?.fields.find(one => one.key === key.join('.'))
    return field ? formatValue(field.field, field.value) : '-'
  }
  return stream.account!.fields.map(name => `${name}=${text(name)}`).join(',')
}

const unsigned = (profile: string) => profile.replace('    account:', '    signature: false\n    account:')

/** As native/tx/group_keys.h finds it. */
function shown({ account }: StreamPlan, frame: Uint8Array): string | undefined {
  const { offsets, masks, values } = account!.keys!
  return account!.groups.find((_, cell) =>
    offsets.every((at, k) => (frame[at]! & masks[k]!) === values[cell * offsets.length + k]),
  )
}

describe.skipIf(!core)('the group of a packet', () => {
  it.each([
    ['a constant', 'ipv4.dscp', `${ethernet}\n- ipv4: { dst: 198.19.1.2, dscp: 46 }`, ''],
    [
      'inc by a step',
      'ipv4.dst',
      `${ethernet}\n- ipv4: { dst: { inc: { range: 198.19.1.0/28, step: 3 } } }`,
      '',
    ],
    ['dec', 'ipv4.dst', `${ethernet}\n- ipv4: { dst: { dec: { range: 198.19.1.0/28, every: 2 } } }`, ''],
    ['random', 'ipv4.dscp', `${ethernet}\n- ipv4: { dst: 198.19.1.2, dscp: { random: 0-40 } }`, ''],
    ['permute', 'ipv4.dscp', `${ethernet}\n- ipv4: { dst: 198.19.1.2, dscp: { permute: 3-17 } }`, ''],
    [
      'a list',
      'vlan.priority',
      `${ethernet}\n- vlan: { id: 7, priority: { list: [0, 5, 5, 1] } }\n${ipv4}`,
      '',
    ],
    [
      'weights',
      'vlan.2.id',
      `${ethernet}\n- vlan: {}\n- vlan: { id: { weighted: { 7: 3, 9: 1 } } }\n${ipv4}`,
      '',
    ],
    [
      'zipf',
      'udp.dst',
      `${ethernet}\n${ipv4}\n- udp: { dst: { zipf: { range: 100-160, exponent: 1.2 } } }`,
      '',
    ],
    ['both halves of an address', 'ipv6.dst', `${ethernet}\n- ipv6: { dst: { random: 2001:2::/124 } }`, ''],
    [
      'what follows another',
      '[ipv4.id, udp.dst]',
      `${ethernet}\n- ipv4: { dst: 198.19.1.2, id: { inc: 0-9 } }\n- udp: { dst: =ipv4.id * 2 + 7 }`,
      '',
    ],
    [
      'a hash',
      '[udp.src]',
      `${ethernet}\n- ipv4: { dst: 198.19.1.2, id: { inc: 0-9 } }\n- udp: { src: { hash: ipv4.id, range: 5000-5006 } }`,
      '',
    ],
    [
      'frame sizes in turn',
      '[size, ipv4.dscp]',
      `${ethernet}\n- ipv4: { dst: 198.19.1.2, dscp: { random: 0-1 } }`,
      '{ imix: { 68B: 7, 594B: 4, 1518B: 1 } }',
    ],
    ['frame sizes by chance', 'size', `${ethernet}\n${ipv4}`, '{ weighted: { 68B: 7, 594B: 4 } }'],
    ['a layer that is not there', '[ipv4.dscp, stream]', `${ethernet}\n${ipv4}`, ''],
  ])('is what it says in it: %s', (_, account, layers, frame) => {
    const [stream] = planOf(streamOf(account, layers, frame)).streams
    for (const shard of [
      { index: 0, stride: 1 },
      { index: 1, stride: 3 },
    ]) {
      expect(tallied(stream!, 2000, shard)).toEqual(read(stream!, 2000, shard))
    }
  })

  it.each([
    [
      'bits of a byte',
      'vlan.priority',
      `${ethernet}\n- vlan: { id: 7, priority: { list: [0, 5, 5, 1] } }\n${ipv4}`,
    ],
    [
      'a permuted address',
      'ipv4.src',
      `${ethernet}\n- ipv4: { src: { permute: 198.18.0.0/26 }, dst: 198.19.1.2 }`,
    ],
    ['both halves of an address', 'ipv6.dst', `${ethernet}\n- ipv6: { dst: { random: 2001:2::/124 } }`],
    [
      'what follows another',
      '[ipv4.id, udp.dst]',
      `${ethernet}\n- ipv4: { dst: 198.19.1.2, id: { inc: 0-9 } }\n- udp: { dst: =ipv4.id * 2 + 7 }`,
    ],
    [
      'a hash',
      'udp.src',
      `${ethernet}\n- ipv4: { dst: 198.19.1.2, id: { inc: 0-9 } }\n- udp: { src: { hash: ipv4.id, range: 5000-5006 } }`,
    ],
    ['constants', '[ipv4.dscp, stream]', `${ethernet}\n${ipv4}`],
  ])('is shown by a frame without a signature: %s', (_, account, layers) => {
    const [stream] = planOf(unsigned(streamOf(account, layers))).streams
    for (const frame of renderNative(core!, { ...empty, streams: [stream!] }, stream!.id, { count: 300 }))
      expect(shown(stream!, frame)).toEqual(nameOf(stream!, frame))
  })

  it.each([
    ['several sizes', 'size', `${ethernet}\n${ipv4}`, '{ list: [64B, 128B] }'],
    ['a checksum', 'ipv4.checksum', `${ethernet}\n${ipv4}`, ''],
  ])('is not shown by a frame without a signature: %s', (_, account, layers, frame) => {
    const [stream] = planOf(unsigned(streamOf(account, layers, frame))).streams
    expect(stream!.account!.groups.length).toBeGreaterThan(0)
    expect(stream!.account).not.toHaveProperty('keys')
  })

  it('is that of its alternative, too', () => {
    const choice =
      '- choice: [{ weight: 2, name: u, layers: [{ udp: { dst: { inc: 1-4 } } }] }, { name: t, layers: [{ tcp: {} }] }]'
    const plan = planOf(streamOf('[label, udp.dst]', `${ethernet}\n${ipv4}\n${choice}`))
    const counts = plan.streams.map(stream => tallied(stream, partOf(stream.member, 12)))
    expect(counts.map(one => Object.fromEntries(one))).toEqual([
      { 'label=u,udp.dst=1': 2, 'label=u,udp.dst=2': 2, 'label=u,udp.dst=3': 2, 'label=u,udp.dst=4': 2 },
      { 'label=t,udp.dst=-': 4 },
    ])
  })

  it('is a variable, or a part of one', () => {
    const vars = 'vars: { flow: { permute: { src: 198.18.0.0/30, port: 10-12 } } }\n'
    const layers = `${ethernet}\n- ipv4: { src: =flow.src, dst: 198.19.1.2 }\n- udp: { dst: =flow.port }`
    const [whole] = planOf(vars + streamOf('flow', layers)).streams
    expect(whole!.account!.groups).toHaveLength(12)
    expect(whole!.account!.period).toBe(12)
    expect(tallied(whole!, 24).get('flow=198.18.0.2/11')).toBe(2)
    const [part] = planOf(vars + streamOf('[flow.port]', layers)).streams
    const [field] = planOf(vars + streamOf('udp.dst', layers)).streams
    const renamed = [...tallied(part!, 100)].map(([name, count]) => [
      name.replace('flow.port', 'udp.dst'),
      count,
    ])
    expect(Object.fromEntries(renamed)).toEqual(Object.fromEntries(read(field!, 100)))
  })
})

describe('an account', () => {
  it("of the profile is every stream's that has none", () => {
    const two = ['a', 'b'].map(
      (name, k) =>
        `  - name: ${name}\n    frame: 128B\n${k ? '    account: size\n' : ''}    layers: [{ ethernet: {} }, { ipv4: { dst: 198.19.1.2 } }]\n`,
    )
    const { streams, account } = planOf(`account: ipv4.dscp\nstreams:\n${two.join('')}`)
    expect(account).toEqual(['ipv4.dscp'])
    expect(streams.map(({ account: own }) => own!.groups)).toEqual([['ipv4.dscp=0'], ['size=128']])
  })

  it.each([
    ['ipv4.dcsp', 'unknown-account', 'did you mean `ipv4.dscp`?'],
    ['ipv4.dst', 'too-many-groups', 'account for less'],
  ])('is refused where %s makes no groups', (account, code, hint) => {
    const { diagnostics } = compiled(
      streamOf(account, `${ethernet}\n- ipv4: { dst: { random: 198.18.0.0/15 } }`),
    )
    expect(diagnostics).toMatchObject([
      { code, path: ['streams', 0, 'account', ...(code === 'unknown-account' ? [0] : [])] },
    ])
    expect(diagnostics[0]!.hint).toContain(hint)
  })

  it('knows the group of an expectation', () => {
    const text = streamOf('ipv4.dscp', `${ethernet}\n${ipv4}`)
    const expecting = (line: string) =>
      compiled(`${text}\nexpect: ["${line}"]`).diagnostics.map(({ code }) => code)
    expect(expecting('streams.s[ipv4.dscp=0].lost == 0')).toEqual([])
    expect(expecting('streams.s[*].outage_ns < 50ms')).toEqual([])
    expect(expecting('streams.s[ipv4.dscp=1].lost == 0')).toEqual(['unknown-group'])
    expect(expecting('account[*].lost == 0')).toEqual(['unknown-group'])
    expect(expecting('streams.s[*].tx_pps > 0')).toEqual(['bad-value'])
  })
})
