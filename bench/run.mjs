/**
 * The whole table: nmgen, its peers and what could be reached, in turn (A B C A B C ...), so that all meet the same noise.
 *
 *     node bench/run.mjs [--rounds N] [--seconds S] [--no-kernel] [--only NAME]...
 *
 * --only: rows whose names begin so.
 *
 * Prints medians (min–max) and ratios round by round, with the instructions a packet that callgrind counts, then the same
 * for the kernel's own paths (kernel.mjs). Writes all samples to results/bench.json, of which `nmgen compare BASE CURRENT`
 * reads two, and a plot to results/bench.svg.
 * Exit 1 where a ratio is below what we promise.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { environment } from '../dist/stats/environment.js'
import { count, countLimits, whyNot } from './core/count.mjs'
import { kernel } from './kernel.mjs'
import { buildPrograms } from './limits.mjs'
import { plot } from './plot.mjs'
import { summarize } from './statistics.mjs'
import { contenders, PROMISES } from './table.mjs'

const style = { head: [], border: [] }
const spread = ({ median, min, max }, digits) =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`

/** One sample of each, round after round. */
async function measure(list, rounds) {
  const samples = new Map(list.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const { name, run } of list) {
      const sample = await run()
      samples.get(name).push(sample)
      process.stderr.write(`round ${round + 1}: ${name} ${(sample.pps / 1e6).toFixed(1)} Mpps\n`)
    }
  return samples
}

function rowsOf(list, samples) {
  const why = whyNot()
  if (why) process.stderr.write(`Instructions are not counted: ${why}\n`)
  const counted = why ? new Map() : new Map([...count(), ...countLimits()])
  return list.map(({ run, ...one }) => {
    const taken = samples.get(one.name)
    const cycles = taken[0].cycles === undefined ? null : summarize(taken.map(sample => sample.cycles))
    const instructions = counted.get(one.counted ?? one.name) ?? null
    return { ...one, pps: summarize(taken.map(({ pps }) => pps)), cycles, instructions }
  })
}

function ratiosOf(samples) {
  return PROMISES.filter(({ of, to }) => samples.has(of) && samples.has(to)).map(promise => {
    const theirs = samples.get(promise.to)
    const ratios = samples.get(promise.of).map(({ pps }, round) => pps / theirs[round].pps)
    return { ...promise, ratio: summarize(ratios) }
  })
}

function print(rows, ratios) {
  const head = ['64-byte frames, net_null, one TX core', 'Mpps', 'TSC cycles', 'instructions']
  const rates = new Table({ head, style })
  for (const { name, pps, cycles, instructions } of rows) {
    const mpps = spread(summarize(pps.samples.map(one => one / 1e6)), 1)
    rates.push([name, mpps, cycles ? spread(cycles, 0) : '', instructions?.toFixed(0) ?? ''])
  }
  console.log(rates.toString())
  const compared = new Table({ head: ['ratio, round by round', 'measured', 'promised'], style })
  for (const { of, to, ratio, least } of ratios)
    compared.push([`${of} / ${to}`, spread(ratio, 2), `≥ ${least}`])
  console.log(compared.toString())
}

const kernelRows = samples =>
  Object.entries(samples).map(([name, list]) => ({
    name,
    pps: summarize(list.map(({ kpps }) => 1e3 * kpps)),
    userNs: summarize(list.map(({ userNs }) => userNs)),
  }))

const started_at = new Date().toISOString()
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    'no-kernel': { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [''] },
  },
})
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)]
const folder = mkdtempSync(join(tmpdir(), 'nmgen-bench-'))
try {
  buildPrograms()
  const list = contenders(folder, seconds).filter(({ name }) =>
    values.only.some(start => name.startsWith(start)),
  )
  const samples = await measure(list, rounds)
  const rows = rowsOf(list, samples)
  const ratios = ratiosOf(samples)
  print(rows, ratios)
  console.log(`medians of ${rounds} rounds of ${seconds} s each, all in turn (min–max)`)
  mkdirSync('results', { recursive: true })
  writeFileSync('results/bench.svg', plot(rows))
  const paths = values['no-kernel'] || process.getuid() !== 0 ? null : await kernel({ rounds, seconds: 2 })
  const document = {
    ...{ schema: 'nmgen.bench/3', started_at, environment: environment() },
    ...{ rows, ratios, kernel: paths && kernelRows(paths.samples) },
  }
  writeFileSync('results/bench.json', `${JSON.stringify(document, null, 2)}\n`)
  const kept = ratios.every(({ ratio, least }) => ratio.median >= least)
  process.exitCode = kept && (paths?.kept ?? true) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
