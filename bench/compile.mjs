/**
 * What a plan costs to make, from the text of a profile to the bytes that the core reads:
 *
 *     node bench/compile.mjs [--streams 10000] [--rounds 5]
 *
 * Prints the median milliseconds of CPU of each step, for streams that are written out and for streams that are `like` the
 * first.
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { encodePlan } from '../dist/gen/encode.js'
import { loadProfile } from '../dist/profile/load.js'
import { compile } from '../dist/templates/compile.js'
import { makeLanes } from '../dist/templates/lanes.js'
import { median } from './statistics.mjs'
import { kinds, manyStreams } from './streams.mjs'

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    one: { type: 'string' },
  },
})
const count = Number(values.streams)

/** Milliseconds of CPU of load, compile and encode: as exact on a busy machine, and threads of the engine count as well. */
function steps(text) {
  const times = [cpuMs()]
  const { profile, diagnostics } = loadProfile(text, { file: 'many.yaml' })
  if (!profile) throw new Error(diagnostics[0].message)
  times.push(cpuMs())
  const { plan } = compile(profile)
  times.push(cpuMs())
  const lanes = makeLanes(plan.streams, { durationNs: null, linkBps: null })
  encodePlan(plan, { lanes })
  times.push(cpuMs())
  return times.slice(1).map((time, i) => time - times[i])
}

function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e3
}

/** A command compiles once, with code that no round before has warmed up: so each round is a process. */
const round = name =>
  JSON.parse(
    execFileSync(process.execPath, [import.meta.filename, '--streams', values.streams, '--one', name]),
  )

if (values.one) console.log(JSON.stringify(steps(manyStreams(kinds[values.one], count))))
else {
  const ms = value => value.toFixed(0)
  const table = new Table({
    head: ['streams', 'MB of text', 'load', 'compile', 'lanes, encode', 'all, ms'],
    style: { head: [], border: [] },
  })
  for (const [name, stream] of Object.entries(kinds)) {
    const rounds = Array.from({ length: Number(values.rounds) }, () => round(name))
    const medians = [0, 1, 2].map(step => median(rounds.map(round => round[step])))
    const all = median(rounds.map(round => round.reduce((sum, time) => sum + time, 0)))
    table.push([
      `${count} ${name}`,
      (manyStreams(stream, count).length / 1e6).toFixed(2),
      ...medians.map(ms),
      ms(all),
    ])
  }
  console.log(table.toString())
}
