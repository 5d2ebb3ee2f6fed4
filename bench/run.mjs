/**
 * nmgen beside Debian's dpdk-testpmd on the same device, in turn (A B A B ...), so that both meet the same noise:
 *
 *     node bench/run.mjs [--pairs N]
 *
 * Prints the table; writes all samples to results/bench.json. Exit 1 where a ratio is below what we promise.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { nmgen } from './nmgen.mjs'
import { median, summarize } from './statistics.mjs'
import { testpmd } from './testpmd.mjs'

const DEVICE = 'net_null0,size=60'
const CASES = [
  {
    name: 'constant frame',
    profile: 'bench/profiles/constant.yaml',
    peer: 'testpmd txonly',
    mode: [],
    promise: 1.5,
  },
  {
    name: 'source address and port random, checksums valid',
    profile: 'bench/profiles/two-fields.yaml',
    peer: 'testpmd txonly --txonly-multi-flow',
    mode: ['--txonly-multi-flow'],
    promise: 1.0,
  },
]

const mpps = pps => (pps / 1e6).toFixed(1)
const spread = ({ median, min, max }) => `${mpps(median)} (${mpps(min)}–${mpps(max)})`

/** Both take hugepages where there are any, or neither. */
function freeHugepages() {
  const folder = '/sys/kernel/mm/hugepages'
  return readdirSync(folder).some(
    size => Number(readFileSync(`${folder}/${size}/free_hugepages`, 'utf8')) > 0,
  )
}

async function compare(test, pairs, cpus, hugepages) {
  const ours = []
  const theirs = []
  const cycles = []
  for (let pair = 0; pair < pairs; pair++) {
    const result = await nmgen({ profile: test.profile, device: DEVICE, cpus })
    ours.push(result.metrics.tx_pps)
    cycles.push(result.metrics.cycles_per_packet)
    theirs.push(await testpmd({ device: `${DEVICE},no-rx=1`, cpus, hugepages, mode: test.mode }))
    process.stderr.write(
      `${test.name}: pair ${pair + 1} of ${pairs}: ${mpps(ours.at(-1))} and ${mpps(theirs.at(-1))} Mpps\n`,
    )
  }
  const ratios = ours.map((rate, k) => rate / theirs[k])
  return {
    ...test,
    nmgen: summarize(ours),
    testpmd: summarize(theirs),
    ratio: summarize(ratios),
    cycles: median(cycles),
  }
}

function print(rows) {
  const table = new Table({
    head: [
      '64-byte frames, net_null, one TX core',
      'nmgen, Mpps',
      'peer, Mpps',
      'ratio',
      'promised',
      'nmgen cycles/packet',
    ],
    style: { head: [], border: [] },
  })
  for (const row of rows) {
    const ratio = `${row.ratio.median.toFixed(2)} (${row.ratio.min.toFixed(2)}–${row.ratio.max.toFixed(2)})`
    table.push([
      `${row.name}\nagainst ${row.peer}`,
      spread(row.nmgen),
      spread(row.testpmd),
      ratio,
      `≥ ${row.promise}`,
      row.cycles.toFixed(0),
    ])
  }
  console.log(table.toString())
}

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '5' } } })
const hugepages = freeHugepages()
const cpus = availableParallelism() > 1 ? [0, 1] : [0]
const rows = []
for (const test of CASES) rows.push(await compare(test, Number(values.pairs), cpus, hugepages))
print(rows)
console.log(
  `medians of ${values.pairs} pairs run in turn (min–max), ${hugepages ? 'with' : 'without'} hugepages; cycles are of the time stamp counter`,
)
mkdirSync('results', { recursive: true })
writeFileSync(
  'results/bench.json',
  `${JSON.stringify({ schema: 'nmgen.bench/1', hugepages, cases: rows }, null, 2)}\n`,
)
process.exitCode = rows.every(row => row.ratio.median >= row.promise) ? 0 : 1
