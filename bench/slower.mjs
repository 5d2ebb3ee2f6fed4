/**
 * Does `nmgen compare --run` find a build that is slower, and does it leave one alone that is not? A build that costs a
 * tenth more instructions a packet (slowed-build.mjs) and this one, each compared with this one, in turn.
 *
 *     node bench/slower.mjs [--times 20] [--pairs 10] [--duration 400ms] [--share 0.1] [--out FILE]
 *
 * --share: of its instructions, by how much the other build costs more. Prints what each comparison said, writes all of
 * it to FILE (results/slower.json). Exit 1 where a slowed build was missed more than once in twenty times, or this one was
 * called slower than itself.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { whyNot } from './core/count.mjs'
import { slowedBuild } from './slowed-build.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const profile = join(root, 'bench/profiles/two-fields.yaml')
const ours = join(root, 'bin/nmgen.js')

/** Of slowed builds; what we promise. */
const FOUND = 0.95

/** Ends of a comparison that say something; others mean that it did not work. */
const SAID = [0, 10, 11]

/** `compare --run` of this build (base) and `program`, given the same flags: its JSON document, or why it refused. */
function compare(program, flags, folder) {
  const builds = ['--base-nmgen', ours, '--current-nmgen', program]
  // Each trial is a process of its own, with nothing to warm up that the one before could have cooled.
  const how = ['--tx', 'loop:slower', '--warm-up', '0s', '--out', folder, '--json', ...flags]
  return new Promise((resolve, reject) =>
    execFile(
      process.execPath,
      [ours, 'compare', '--run', profile, profile, ...builds, ...how],
      { maxBuffer: 1e9 },
      (error, stdout, stderr) =>
        // A code of null: a signal has ended it.
        SAID.includes(error === null ? 0 : error.code)
          ? resolve(stdout === '' ? { refused: stderr.trim() } : JSON.parse(stdout))
          : reject(new Error(`compare ended with ${error.signal ?? `exit ${error.code}`}:\n${stderr}`)),
    ),
  )
}

/** What a comparison said in one line. */
function brief({ refused, verdict, profiles, warnings }) {
  if (refused) return { verdict: 'refused', reasons: [refused] }
  const [{ metrics, reasons }] = profiles
  const { change, p } = metrics.find(({ gated }) => gated) ?? {}
  if (!change) return { verdict, reasons: [...reasons, ...warnings] } // its runs cannot be compared
  const percent = ratio => Number(((ratio - 1) * 100).toFixed(1))
  const [estimate, low, high] = [change.estimate, change.low, change.high].map(percent)
  return {
    verdict,
    change_percent: estimate,
    low_percent: low,
    high_percent: high,
    p,
    reasons: [...reasons, ...warnings],
  }
}

async function trial(name, program, flags, folder) {
  const said = brief(await compare(program, flags, join(folder, name)))
  const { verdict, change_percent: change, low_percent: low, high_percent: high, reasons } = said
  const numbers = change === undefined ? [] : [`${change} % [${low}, ${high}]`]
  console.log(`${name}: ${[verdict, ...numbers, ...reasons].join(', ')}`)
  return said
}

async function compareAll(times, program, flags, folder) {
  const [same, slowed] = [[], []]
  for (let i = 1; i <= times; i++) {
    same.push(await trial(`same ${i}`, ours, flags, folder))
    slowed.push(await trial(`slowed ${i}`, program, flags, folder))
  }
  return { same, slowed }
}

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '20' },
    pairs: { type: 'string', default: '10' },
    duration: { type: 'string', default: '400ms' },
    share: { type: 'string', default: '0.1' },
    out: { type: 'string', default: 'results/slower.json' },
  },
})
const why = whyNot()
if (why) throw new Error(why)
const times = Number(values.times)
if (!(Number.isInteger(times) && times > 0)) throw new Error(`--times ${values.times} is no count`)
const { program, base, slowed } = slowedBuild(Number(values.share))
const more = slowed / base - 1
console.log(
  `${base.toFixed(1)} and ${slowed.toFixed(1)} instructions a packet: ${(100 * more).toFixed(1)} % more`,
)
const folder = mkdtempSync(join(tmpdir(), 'nmgen-slower-'))
try {
  const flags = ['--pairs', values.pairs, '--duration', values.duration]
  const compared = await compareAll(times, program, flags, folder)
  const count = side => compared[side].filter(({ verdict }) => verdict === 'regression').length
  const [alarms, found] = [count('same'), count('slowed')]
  console.log(
    `the same build: ${alarms} of ${times} called slower; the slowed build: ${found} of ${times} found`,
  )
  mkdirSync(dirname(values.out), { recursive: true })
  const document = {
    schema: 'nmgen.slower/1',
    instructions: { base, slowed },
    times,
    alarms,
    found,
    compared,
  }
  writeFileSync(values.out, `${JSON.stringify(document, null, 2)}\n`)
  process.exitCode = alarms === 0 && found >= FOUND * times ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
