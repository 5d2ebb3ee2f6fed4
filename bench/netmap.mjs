/**
 * What nmgen's own code costs on netmap: the stand-in for the kernel module (native/tx/test/netmap_double) is preloaded,
 * and its sink takes whole rings at once. No system call is in these numbers, and no NIC.
 *
 *     node bench/netmap.mjs [--rounds N]
 *
 * Each round is a long run less a short one. Prints the table; writes all samples to results/bench-netmap.json. Exit 1
 * where the best CPU time of a packet is above what we promise (medians swell with what else runs on the machine).
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { summarize } from './statistics.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const double = execFileSync(`${root}/tools/netmap-double.sh`, { encoding: 'utf8' }).trim()

const CASES = [
  { name: 'constant frame', profile: 'constant', packets: 400e6, promise: 8 },
  {
    name: 'source address and port random, checksums valid',
    profile: 'two-fields',
    packets: 60e6,
    promise: 25,
  },
]
const SHORT = 1e6

const hasValgrind = spawnSync('valgrind', ['--version'], { stdio: 'ignore' }).status === 0

/** Sends `count` packets; CPU time is the whole process's, in user mode. `through`: what runs it, such as valgrind. */
function run(profile, count, through = []) {
  const device = ['--tx', 'netmap:nmsink0', '--count', String(count), '--duration', '300s']
  const command = [
    ...through,
    process.execPath,
    `${root}/bin/nmgen.js`,
    'run',
    `bench/profiles/${profile}.yaml`,
  ]
  const flags = [...device, '--no-out', '--json', '--quiet']
  const timed = ['-c', 'TIMEFORMAT=%U; time "$@"', 'bash', ...command, ...flags]
  const env = { ...process.env, LD_PRELOAD: double }
  const { stdout, stderr } = spawnSync('bash', timed, { cwd: root, env, encoding: 'utf8', maxBuffer: 1e8 })
  const { metrics } = JSON.parse(stdout)
  if (metrics.tx_packets !== count) throw new Error(`${metrics.tx_packets} of ${count} packets were sent`)
  return { wallNs: 1e9 / metrics.tx_pps, cpuNs: Number(stderr.trim().split('\n').at(-1)) * 1e9 }
}

function round({ profile, packets }) {
  const short = run(profile, SHORT)
  const long = run(profile, packets)
  return { wallNs: long.wallNs, cpuNs: (long.cpuNs - short.cpuNs) / (packets - SHORT) }
}

/** Instructions of the sending loop, which do not depend on what else runs. */
function instructions({ profile }, folder) {
  if (!hasValgrind) return null
  const out = join(folder, 'callgrind')
  const options = [`--callgrind-out-file=${out}`, '--toggle-collect=nmgen::TxLoop::run()']
  run(profile, SHORT, ['valgrind', '--quiet', '--tool=callgrind', ...options])
  return Number(readFileSync(out, 'utf8').match(/^totals: (\d+)/m)[1]) / SHORT
}

const text = ({ median, min }) => `${min.toFixed(1)} / ${median.toFixed(1)}`

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
const folder = mkdtempSync(join(tmpdir(), 'nmgen-bench-'))
const rows = []
for (const test of CASES) {
  const rounds = Array.from({ length: Number(values.rounds) }, () => round(test))
  const of = key => summarize(rounds.map(one => one[key]))
  rows.push({ ...test, wallNs: of('wallNs'), cpuNs: of('cpuNs'), instructions: instructions(test, folder) })
}
rmSync(folder, { recursive: true })

const head = [
  '60-byte frames, ns a packet, best / median',
  'by the clock',
  'of CPU time',
  'instructions',
  'promised',
]
const table = new Table({ head, style: { head: [], border: [] } })
for (const { name, wallNs, cpuNs, instructions, promise } of rows)
  table.push([name, text(wallNs), text(cpuNs), instructions?.toFixed(1) ?? 'no valgrind', `≤ ${promise}`])
console.log(table.toString())
mkdirSync('results', { recursive: true })
writeFileSync(
  'results/bench-netmap.json',
  `${JSON.stringify({ schema: 'nmgen.bench/1', cases: rows }, null, 2)}\n`,
)
process.exitCode = rows.every(row => row.cpuNs.min <= row.promise) ? 0 : 1
