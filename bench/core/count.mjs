/**
 * Instructions a packet in nmgen's own loops, counted by callgrind: numbers that depend neither on the clock nor on
 * what else runs on the machine. A row is a profile, compiled as ever and sent without Node by the objects that the
 * addon is linked from (core.cc); what a packet costs is the difference of two lengths.
 *
 *     node bench/core/count.mjs [--json] [--keep FOLDER] [ROW...]
 *
 * Prints the table beside the bounds of bounds.json; exit 1 where one is exceeded. --keep: callgrind's files, for
 * callgrind_annotate.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { encodePlan } from '../../dist/gen/encode.js'
import { loadProfile } from '../../dist/profile/load.js'
import { compile } from '../../dist/templates/compile.js'
import { makeLanes } from '../../dist/templates/lanes.js'
import { LIMITS, ROWS } from './rows.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bounds = JSON.parse(readFileSync(new URL('bounds.json', import.meta.url), 'utf8'))

/** Packets of the short and the long run; at both every stream of every row stands at the end of a burst of its own. */
const LENGTHS = [320_000, 640_000]

const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0

/** Why nothing can be counted here, if so. */
export function whyNot() {
  if (!works('valgrind', '--version')) return 'valgrind is not installed'
  if (!existsSync('/usr/include/valgrind/callgrind.h')) return 'the headers of valgrind are not installed'
  if (!existsSync(`${root}/build/Release/obj.target/nmgen/native`))
    return 'the addon was not built here: there are no objects to link with'
  if (!/\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'utf8')))
    return 'the bounds are those of a CPU with AVX2'
  return null
}

const hasDpdk = () => works('pkg-config', '--exists', 'libdpdk')
const sendable = () => ROWS.filter(({ device }) => !device.startsWith('dpdk') || hasDpdk())

/** `plan` with `count` streams for its one, each with draws of its own: what a compiler takes long for is not counted. */
function multiplied(plan, count) {
  const [stream] = plan.streams
  const fields = id => stream.fields.map(field => ({ ...field, key: field.key + BigInt(id) }))
  const streams = Array.from({ length: count }, (_, id) => ({
    ...stream,
    id,
    name: `s${id}`,
    fields: fields(id),
  }))
  return { ...plan, streams }
}

/** The plan of one queue, as its worker would have it. */
function encode({ text, streams }) {
  const { profile } = loadProfile(text, { file: 'bench.yaml' })
  const compiled = compile(profile, () => {}).plan
  const plan = streams ? multiplied(compiled, streams) : compiled
  const lanes = makeLanes(plan.streams, { durationNs: null, linkBps: null })
  return encodePlan({ ...plan, durationNs: null }, { lanes })
}

/** Instructions of each dump `NAME LENGTH` that a program left in `folder`. */
function dumps(folder) {
  const totals = new Map()
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8')
    const name = text.match(/^desc: Trigger: Client Request: (.*)$/m)?.[1]
    if (name) totals.set(name, Number(text.match(/^totals: (\d+)/m)[1]))
  }
  return totals
}

function callgrind(folder, program, args) {
  const options = ['--quiet', '--tool=callgrind', '--collect-atstart=no', '--combine-dumps=no']
  const command = [
    ...options,
    `--callgrind-out-file=${folder}/callgrind`,
    join(root, 'build', program),
    ...args,
  ]
  execFileSync('valgrind', command, { stdio: ['ignore', 'ignore', 'inherit'] })
}

const perPacket = (totals, name) => {
  const [short, long] = LENGTHS.map(length => totals.get(`${name} ${length}`))
  return (long - short) / (LENGTHS[1] - LENGTHS[0])
}

/**
 * Counts `rows` (default: all that this machine can send); returns instructions a packet by the row's name. `other`: a
 * program of this name in build/, with this object in place of its namesake.
 */
export function count(rows = sendable(), { keep = null, other = null } = {}) {
  const built = other ? [`build/${other.program}`, other.object] : []
  execFileSync(`${root}/tools/bench-core.sh`, built, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const folder = keep ?? mkdtempSync(join(tmpdir(), 'nmgen-count-'))
  mkdirSync(folder, { recursive: true })
  try {
    const plans = rows.flatMap((row, k) => {
      const file = join(folder, `${k}.plan`)
      writeFileSync(file, encode(row))
      return [row.name, row.device, file]
    })
    callgrind(folder, other?.program ?? 'bench-core', [...LENGTHS.map(String), '--', ...plans])
    const totals = dumps(folder)
    return new Map(rows.map(({ name }) => [name, perPacket(totals, name)]))
  } finally {
    if (!keep) rmSync(folder, { recursive: true })
  }
}

/** The same for the two limit programs. */
export function countLimits() {
  const counted = new Map()
  for (const { name, mode } of hasDpdk() ? LIMITS : []) {
    const folder = mkdtempSync(join(tmpdir(), 'nmgen-count-'))
    const eal = [
      '--no-pci',
      '--no-huge',
      '--no-shconf',
      '-m',
      '256',
      '--no-telemetry',
      '--vdev=net_null0,size=60',
    ]
    try {
      callgrind(folder, 'bench-limits', ['-l', '0', ...eal, '--', mode, ...LENGTHS.map(String)])
      counted.set(name, perPacket(dumps(folder), mode))
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  return counted
}

function print(counted) {
  const table = new Table({ head: ['', 'instructions a packet', 'at most'], style: { head: [], border: [] } })
  for (const [name, instructions] of counted) table.push([name, instructions.toFixed(1), bounds[name] ?? ''])
  console.log(table.toString())
}

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { keep: { type: 'string' }, json: { type: 'boolean' } },
  })
  const why = whyNot()
  const wanted = why
    ? []
    : sendable().filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  const counted = why ? new Map() : count(wanted, { keep: values.keep })
  if (values.json) return console.log(JSON.stringify({ why, instructions: Object.fromEntries(counted) }))
  if (why) throw new Error(why)
  print(positionals.length === 0 ? new Map([...counted, ...countLimits()]) : counted)
  process.exitCode = [...counted].every(([name, instructions]) => instructions <= bounds[name]) ? 0 : 1
}

if (process.argv[1] === import.meta.filename) main()
