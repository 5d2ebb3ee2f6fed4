/**
 * nmgen beside other generators on the kernel's own paths: a veth pair whose far end lies in a namespace and drops all.
 * All run in turn, round after round, so that they meet the same noise, and are counted by the same counter, the far
 * end's; user time is what the tool's own processes took meanwhile. Those at the end of the table have a far end that
 * drops in an XDP program, without which a veth takes no frames that are redirected to it.
 *
 *     node bench/kernel.mjs [--rounds N] [--seconds S] [--only TEXT]
 *
 * Prints the table; writes all samples to results/bench-kernel.json. Exit 1 where a ratio is below what we promise.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { arrived, dropInXdp, makePair, removePair } from './kernel-pair.mjs'
import { contenders, prepare } from './kernel-tools.mjs'
import { summarize } from './statistics.mjs'

const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

/** Clock ticks that the processes of a group have spent in user mode, proc(5). */
function userTicks(group) {
  let ticks = 0
  for (const pid of readdirSync('/proc').filter(entry => /^\d+$/.test(entry))) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
      if (Number(fields[2]) === group) ticks += Number(fields[11])
    } catch {} // it has ended meanwhile
  }
  return ticks
}

const TICK_NS = 1e7

/** Starts a tool, waits until it sends, counts for a while, ends it. */
async function measure({ name, command, drop }, seconds) {
  const undo = drop ? await dropInXdp(drop) : () => {}
  const child = spawn(command[0], command.slice(1), { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  const ended = new Promise(resolve => child.once('exit', resolve))
  try {
    const before = arrived()
    for (let tries = 0; arrived() - before < 1000; tries++) {
      if (tries > 200 || child.exitCode !== null)
        throw new Error(`${name} sends nothing: ${command.join(' ')}`)
      await pause(50)
    }
    await pause(300)
    const [packets, ticks, since] = [arrived(), userTicks(child.pid), performance.now()]
    await pause(seconds * 1000)
    const [sent, used, took] = [arrived() - packets, userTicks(child.pid) - ticks, performance.now() - since]
    return { kpps: sent / took, userNs: (used * TICK_NS) / sent }
  } finally {
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {} // it has ended by itself
    await ended
    // The kernel takes down an AF_XDP socket after its process has ended; until then its queue is taken.
    await pause(500)
    await undo()
  }
}

const ratio = (samples, a, b) => summarize(samples[a].map((one, k) => one.kpps / samples[b][k].kpps))
const text = ({ median, min, max }, digits) =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`

/** What we promise: against each peer of the same path, and of AF_XDP against those of AF_PACKET. */
const PROMISES = [
  { of: 'nmgen afpacket', to: ['trafgen', 'tcpreplay', 'testpmd net_af_packet'], least: 0.95 },
  { of: 'nmgen afxdp', to: ['bare AF_XDP loop', 'testpmd net_af_xdp'], least: 0.95 },
  { of: 'nmgen afxdp', to: ['trafgen', 'tcpreplay', 'testpmd net_af_packet'], least: 1.3 },
  { of: 'nmgen xdp, far end in XDP', to: ['nmgen afxdp, far end in XDP', 'nmgen afxdp'], least: 3 },
  {
    of: 'nmgen xdp, 2 fields, far end in XDP',
    to: ['nmgen afxdp, 2 fields, far end in XDP', 'nmgen afxdp'],
    least: 3,
  },
]

function print(samples) {
  const style = { head: [], border: [] }
  const rates = new Table({ head: ['64-byte frames, veth, one TX core', 'kpps', 'user ns/packet'], style })
  for (const [name, list] of Object.entries(samples))
    rates.push([
      name,
      text(summarize(list.map(one => one.kpps)), 0),
      text(summarize(list.map(one => one.userNs)), 0),
    ])
  console.log(rates.toString())
  const ratios = new Table({ head: ['ratio, round by round', 'measured', 'promised'], style })
  const kept = PROMISES.flatMap(({ of, to, least }) =>
    to
      .filter(peer => samples[of] && samples[peer])
      .map(peer => {
        const measured = ratio(samples, of, peer)
        ratios.push([`${of} / ${peer}`, text(measured, 2), `≥ ${least}`])
        return measured.median >= least
      }),
  )
  console.log(ratios.toString())
  return kept.every(Boolean)
}

/** Runs all in turn on a pair made for it; prints the tables, returns the samples and whether the promises were kept. */
export async function kernel({ rounds, seconds, only = '' }) {
  const folder = mkdtempSync(join(tmpdir(), 'nmgen-bench-'))
  try {
    removePair()
    makePair()
    const list = contenders(prepare(folder)).filter(({ name }) => name.includes(only))
    const samples = Object.fromEntries(list.map(({ name }) => [name, []]))
    for (let round = 0; round < rounds; round++)
      for (const one of list) {
        samples[one.name].push(await measure(one, seconds))
        const { kpps } = samples[one.name].at(-1)
        process.stderr.write(`round ${round + 1}: ${one.name} ${kpps.toFixed(0)} kpps\n`)
      }
    const kept = print(samples)
    console.log(`medians of ${rounds} rounds of ${seconds} s each, all in turn (min–max)`)
    return { samples, kept }
  } finally {
    removePair()
    rmSync(folder, { recursive: true })
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      only: { type: 'string', default: '' },
    },
  })
  const { only } = values
  const { samples, kept } = await kernel({
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    only,
  })
  process.exitCode = kept ? 0 : 1
  mkdirSync('results', { recursive: true })
  const document = { schema: 'nmgen.bench/1', samples }
  writeFileSync('results/bench-kernel.json', `${JSON.stringify(document, null, 2)}\n`)
}
