// Writes a real plan of each shape into build/fuzz-seeds, as a queue gets it: what native/tx/test/plan_fuzz_test.cc
// mutates. Usage: node tools/fuzz-seeds.mjs (after a build)
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { encodePlan } from '../dist/gen/encode.js'
import { loadProfile } from '../dist/profile/load.js'
import { compile } from '../dist/templates/compile.js'
import { makeLanes } from '../dist/templates/lanes.js'

const root = new URL('../', import.meta.url)
const folder = new URL('build/fuzz-seeds/', root)

const ethernet = 'ethernet: {src: 02:00:00:00:00:01, dst: 02:00:00:00:00:02}'
const ipv4 = 'ipv4: {src: 198.18.1.2, dst: 198.19.1.2}'
const udp = 'udp: {src: 1024, dst: 9}'
const stream = (layers, more = 'frame: 64B') =>
  `  - {name: s, ${more}, layers: [{${[ethernet, ...layers].join('}, {')}}]}`
const src = value => stream([ipv4, `udp: {src: {${value}}, dst: 9}`])

/** By shape; a whole profile where there is more to it than streams. */
const shapes = {
  constant: stream([ipv4, udp]),
  fields: stream([
    'ipv4: {src: {inc: 198.18.0.0/16}, dst: {dec: 198.19.0.0/24}, ttl: {list: [4, 5, 6]}, dscp: {random: any}}',
    'udp: {src: {permute: 1024-65535}, dst: {random: [9, 100-200]}}',
  ]),
  wide: stream(
    ['ipv6: {src: {random: "2001:db8::/32"}, dst: {inc: "2001:2::/112"}, flow_label: {inc: any}}', udp],
    'frame: 100B',
  ),
  weighted: src('weighted: {80: 5, 443: 10, 1024: 1}'),
  zipf: src('zipf: {range: 1024-1100, exponent: 1.2}'),
  permute: src('permute: 1000-1999'),
  checksums: stream(
    [
      ipv4,
      udp,
      'vxlan: {vni: {inc: 1-9}}',
      ethernet,
      'ipv4: {src: {inc: 198.18.0.0/24}, dst: 198.19.1.2}',
      'sctp: {src: {random: 1-9}, dst: 9}',
    ],
    'frame: 200B, signature: true',
  ),
  sizes: stream([ipv4, udp], 'frame: {weighted: {64B: 7, 128B: 4, 200B: 1}}'),
  choice: stream([
    ipv4,
    `choice: [{name: a, weight: 3, layers: [{udp: {src: {inc: 1-9}, dst: 9}}]}, {name: b, layers: [{tcp: {src: 9, dst: {random: any}}}]}]`,
  ]),
  fragments: stream(
    ['ipv4: {src: {random: 198.18.0.0/24}, dst: 198.19.1.2}', 'udp: {src: {inc: 1-9}, dst: 9}'],
    'frame: 300B, fragment: {mtu: 128, interleave: 2}',
  ),
  texts: stream(
    [
      ipv4,
      udp,
      'dns: {id: {random: any}, questions: [{name: {text: "{a}.{n}.bench.test", a: {random: base32, length: 9}, n: {number: {inc: 0-99}, digits: 2}}, type: A}]}',
    ],
    'frame: 128B',
  ),
  joint: `vars:\n  flow: {permute: {src: 198.18.0.0/28, sport: 1024-1055, dst: [198.19.0.1, 198.19.0.9]}}\nstreams:\n${stream(
    ['ipv4: {src: =flow.src, dst: =flow.dst}', 'udp: {src: =flow.sport, dst: 9}'],
  )}`,
  lanes: `rate: 1Mpps\nstreams:\n${stream([ipv4, udp], 'frame: 64B, share: 30%').replace('name: s', 'name: a')}\n${stream([ipv4, udp], 'frame: 64B, share: 70%')}`,
  paces: [
    '{burst: {frames: 8, rate: 1Mpps}}',
    '{ramp: {from: 1kpps, to: 9kpps, over: 1s}}',
    '{poisson: 1Mpps}',
    'line',
  ]
    .map((rate, i) =>
      stream([ipv4, udp], `frame: 64B, rate: ${rate}, count: 99${i === 3 ? ', after: s2' : ''}`).replace(
        'name: s',
        `name: s${i}`,
      ),
    )
    .join('\n'),
  capture:
    '  - {name: s, pcap: mixed.pcap, timing: original, only: 0-5, set: {ipv4.src: {permute: 198.18.16.0/20}}}',
}

const read = name => {
  const bytes = new Uint8Array(readFileSync(new URL(`profiles/captures/${name}`, root)))
  return { bytes, size: bytes.length }
}

function planOf(name, shape) {
  const streams = shape.startsWith('  -') ? `streams:\n${shape}` : shape
  const text = `version: 1\nname: ${name}\nduration: 1s\nports: {a: loop:x}\n${streams}\n`
  const { profile, diagnostics } = loadProfile(text, { file: name })
  const compiled = profile && compile(profile, read)
  const { plan } = compiled ?? {}
  if (!plan) throw new Error(JSON.stringify([...diagnostics, ...(compiled?.diagnostics ?? [])], null, 1))
  const lanes = makeLanes(plan.streams, { ...plan, linkBps: 10e9 })
  return encodePlan(plan, { shard: { index: 1, stride: 3 }, lanes })
}

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const [name, shape] of Object.entries(shapes)) writeFileSync(new URL(name, folder), planOf(name, shape))
