/**
 * A build of nmgen that is slower on purpose (native/tx/burden.h), in build/slowed. It is this one but for a single
 * object, made with the very commands that node-gyp's make remembers: nothing else differs between the two.
 */
import { execSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { count } from './core/count.mjs'
import { ROWS } from './core/rows.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'build/slowed')
const TARGET = 'Release/obj.target'
const LOOP = 'nmgen/native/tx/tx_loop.o'

/** What is counted is what bench/slower.mjs sends. */
const ROW = ROWS.find(({ name }) => name === 'two random fields, loop')

/** Steps of the two builds that tell what the first step costs, and each one more. */
const TRIED = [4, 16]

/** The command that made `target`; make keeps it beside what the target depends on. */
function commandOf(target) {
  const [line] = readFileSync(join(root, `build/Release/.deps/${TARGET}/${target}.d`), 'utf8').split('\n')
  return line.slice(line.indexOf(' := ') + ' := '.length)
}

const run = command => execSync(command, { cwd: join(root, 'build'), stdio: ['ignore', 'ignore', 'inherit'] })

/** The TX loop with so many steps more a packet. */
function compile(steps) {
  const object = join(folder, 'tx_loop.o')
  const plain = commandOf(LOOP)
    .replace(`-o ${TARGET}/${LOOP}`, `-o ${object}`)
    .replace(/ -MMD -MF \S+/, '')
  run(`${plain} -DNMGEN_BURDEN=${steps}`)
  return object
}

const instructions = object =>
  count([ROW], { other: object && { program: 'slowed/bench-core', object } }).get(ROW.name)

/** As near to `share` more instructions a packet as whole steps come. */
function calibrate(share) {
  const base = instructions(null)
  const [few, many] = TRIED.map(steps => instructions(compile(steps)))
  const each = (many - few) / (TRIED[1] - TRIED[0])
  const steps = Math.max(1, Math.round(TRIED[0] + ((1 + share) * base - few) / each))
  return { base, slowed: instructions(compile(steps)) }
}

function link() {
  const addon = join(folder, 'build/Release/nmgen.node')
  mkdirSync(join(addon, '..'), { recursive: true })
  const plain = commandOf('nmgen.node')
  run(
    plain
      .replace(`-o ${TARGET}/nmgen.node`, `-o ${addon}`)
      .replace(`${TARGET}/${LOOP}`, join(folder, 'tx_loop.o')),
  )
}

/**
 * Builds it with `share` (0.1: a tenth) more instructions a packet.
 * Returns its nmgen.js, and instructions a packet of this build (`base`) and of that one (`slowed`).
 */
export function slowedBuild(share) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const counted = calibrate(share)
  link()
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return { program: join(folder, 'bin/nmgen.js'), ...counted }
}
