/** What is measured on DPDK's net_null: nmgen's profiles, its peers on the same device, and what DPDK leaves to reach. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { limit } from './limits.mjs'
import { nmgen } from './nmgen.mjs'
import { testpmd } from './testpmd.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const DEVICE = 'net_null0,size=60'

/** `counted`: the row of core/rows.mjs that has its instructions; `fields`, `streams`: where it stands in the plot. */
const PROFILES = [
  { name: 'constant frame', profile: 'constant', counted: 'constant', fields: 0 },
  { name: 'two random fields', profile: 'two-fields', counted: 'two random fields', fields: 2, streams: 1 },
  { name: 'four random fields', profile: 'four-fields', counted: 'four random fields', fields: 4 },
  { name: 'permutation of 1M 5-tuples', profile: 'permutation', counted: 'permutation of 1M 5-tuples' },
  { name: 'IMIX, two random fields', profile: 'imix', counted: 'IMIX, two random fields' },
  ...[10, 100, 1000, 10_000].map(streams => {
    const name = `${streams.toLocaleString('en')} streams`
    return { name, counted: name, streams }
  }),
]

/**
 * A core sends and another one receives: sequence, latency, counters. What is received counts. Beside it stands what the
 * same profile, signature and all, is sent at where nobody receives: on loop, whose frames then vanish, and for net_ring,
 * which would be full, on net_null.
 */
const RECEIVERS = [
  { name: 'signed, sent on loop', profile: 'signed', uri: 'loop:bench' },
  { name: 'received on loop', profile: 'signed', uri: 'loop:bench', receives: true },
  { name: 'signed, sent on net_null', profile: 'signed', uri: `dpdk:${DEVICE}` },
  { name: 'received on net_ring', profile: 'signed', uri: 'dpdk:net_ring0', receives: true },
]

const PEERS = [
  { name: 'testpmd txonly', fields: 0 },
  { name: 'testpmd txonly --txonly-multi-flow', mode: ['--txonly-multi-flow'], fields: 2 },
  { name: 'testpmd flowgen', forward: 'flowgen', fields: 1 },
]

const LIMITS = [
  { name: 'limit: untouched buffers', mode: 'untouched', fields: 0 },
  { name: 'limit: template, two fields, checksums', mode: 'rewritten', fields: 2 },
  { name: 'limit: handed to another core on net_ring', mode: 'handed', device: 'net_ring0' },
]

/** Least ratios, round by round: what issue and README say. */
export const PROMISES = [
  { of: 'constant frame', to: 'testpmd txonly', least: 2.2 },
  { of: 'constant frame', to: 'limit: untouched buffers', least: 0.9 },
  { of: 'two random fields', to: 'testpmd txonly --txonly-multi-flow', least: 1.8 },
  { of: 'two random fields', to: 'testpmd flowgen', least: 1.8 },
  { of: 'four random fields', to: 'two random fields', least: 0.75 },
  { of: 'permutation of 1M 5-tuples', to: 'two random fields', least: 0.7 },
  { of: 'IMIX, two random fields', to: 'two random fields', least: 0.8 },
  { of: 'received on loop', to: 'signed, sent on loop', least: 0.8 },
  { of: 'received on net_ring', to: 'signed, sent on net_null', least: 0.8 },
  // What the ring itself leaves: its frames go from one core's cache to the other's.
  { of: 'received on net_ring', to: 'limit: handed to another core on net_ring', least: 0.9 },
  ...['10', '100', '1,000', '10,000'].map(n => ({
    of: `${n} streams`,
    to: 'two random fields',
    least: Number((1 / 1.3).toFixed(2)),
  })),
]

/** Both take hugepages where there are any, or neither. */
function freeHugepages() {
  const folder = '/sys/kernel/mm/hugepages'
  const free = size => Number(readFileSync(`${folder}/${size}/free_hugepages`, 'utf8'))
  return existsSync(folder) && readdirSync(folder).some(size => free(size) > 0)
}

/** So many streams of two random fields each, all in turn. */
function manyStreams(count) {
  const first = readFileSync(`${root}/bench/profiles/two-fields.yaml`, 'utf8')
  return first + Array.from({ length: count - 1 }, (_, k) => `  - { name: s${k}, like: two }\n`).join('')
}

function fileOf({ profile, streams }, folder) {
  if (profile) return `${root}/bench/profiles/${profile}.yaml`
  const file = join(folder, `streams-${streams}.yaml`)
  writeFileSync(file, manyStreams(streams))
  return file
}

/** All that can run here; each `run` gives packets per second, and cycles a packet where the tool counts them. */
export function contenders(folder, seconds) {
  const cpus = availableParallelism() > 1 ? [0, 1] : [0]
  const common = { cpus, hugepages: freeHugepages(), seconds }
  const profiles = PROFILES.map(one => {
    const profile = fileOf(one, folder)
    const run = async () => {
      const { metrics } = await nmgen({ profile, device: DEVICE, ...common })
      return { pps: metrics.tx_pps, cycles: metrics.cycles_per_packet }
    }
    return { ...one, run }
  })
  const receivers = RECEIVERS.map(({ name, ...one }) => {
    const profile = fileOf(one, folder)
    const run = async () => {
      const { metrics } = await nmgen({ ...one, profile, ...common })
      return { pps: one.receives ? metrics.rx_pps : metrics.tx_pps, cycles: metrics.cycles_per_packet }
    }
    return { name, run }
  })
  const hasTestpmd = !spawnSync('dpdk-testpmd', ['--version']).error
  const peers = PEERS.map(one => ({
    ...one,
    run: async () => ({ pps: await testpmd({ ...one, device: `${DEVICE},no-rx=1`, ...common }) }),
  }))
  const limits = LIMITS.map(one => ({
    ...one,
    run: async () => ({ pps: await limit({ device: DEVICE, ...one, ...common }) }),
  }))
  return [...profiles, ...receivers, ...(hasTestpmd ? peers : []), ...limits]
}
