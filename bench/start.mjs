/**
 * What it takes to start, from the command to the first packet on `loop`:
 *
 *     node bench/start.mjs [--rounds 10] [--streams 10000]
 *
 * Prints medians (min–max) in milliseconds of the clock, the start of Node itself beside them: other programs' work is in all
 * of them. What a busy machine does not change, the files that are loaded, is held by test/cli/start.test.ts.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { summarize } from './statistics.mjs'
import { kinds, manyStreams } from './streams.mjs'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '10' }, streams: { type: 'string', default: '10000' } },
})
const rounds = Number(values.rounds)
const program = fileURLToPath(new URL('../bin/nmgen.js', import.meta.url))
const shipped = fileURLToPath(new URL('../profiles/udp-64b.yaml', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'nmgen-start-'))

/** A busy machine may miss the rate (exit 11): the run has begun all the same. */
function execute(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (![0, 11].includes(status)) throw new Error(`${args.join(' ')}: exit ${status}\n${stderr}`)
  return stdout
}

function wallMs(args) {
  const before = performance.now()
  execute(args)
  return performance.now() - before
}

/** The result says when its packets began, by the clock of the day, to a millisecond. */
function firstPacketMs(profile) {
  const before = Date.now()
  const { started_at } = JSON.parse(
    execute([program, 'run', profile, '--count', '1', '--json', '--set', 'expect=[]']),
  )
  return Date.parse(started_at) - before
}

function profileOf(stream, name) {
  const file = join(folder, `${name.replaceAll(' ', '-')}.yaml`)
  writeFileSync(file, manyStreams(stream, Number(values.streams)))
  return file
}

const rows = {
  'node -e 0': () => wallMs(['-e', '0']),
  'nmgen --version': () => wallMs([program, '--version']),
  'nmgen run, one stream': () => firstPacketMs(shipped),
}
for (const [name, stream] of Object.entries(kinds)) {
  const file = profileOf(stream, name)
  rows[`nmgen run, ${values.streams} streams ${name}`] = () => firstPacketMs(file)
}

try {
  const table = new Table({
    head: ['until it ends, or the first packet', 'ms'],
    style: { head: [], border: [] },
  })
  for (const [name, measure] of Object.entries(rows)) {
    const { median, min, max } = summarize(Array.from({ length: rounds }, measure))
    table.push([name, `${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)})`])
  }
  console.log(table.toString())
} finally {
  rmSync(folder, { recursive: true })
}
