/** Runs of two sides in turn, each a process of its own: what one leaves behind in memory does not help the next. */

import { execFile } from 'node:child_process'
import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { disturbance } from '../compare/disturbed.js'
import { FEWEST_RUNS } from '../compare/judge.js'
import { NmgenError } from '../errors.js'
import { Exit, type ExitCode } from '../exit.js'
import { openFolder } from '../report/files.js'
import { readResult, type StoredResult } from '../report/read.js'
import { parseDuration } from '../units/duration.js'
import type { CompareArguments } from './compare.js'

interface Side {
  name: string
  program: string
  profile: string
  /** Its device, where it is not the profile's. */
  tx: string | undefined
}

const ours = fileURLToPath(new URL('../../bin/nmgen.js', import.meta.url))
const SIDES = ['base', 'current'] as const
const FORWARDED = ['rx', 'rate', 'duration', 'count', 'seed', 'cores', 'queues'] as const

export class Trials {
  readonly base: StoredResult[] = []
  readonly current: StoredResult[] = []
  readonly names: readonly [string, string]
  /** Why pairs were dropped, one a pair. */
  readonly #dropped: string[] = []
  #started = Date.now()
  /** Whose turn it was last. */
  #last: Side | null = null

  private constructor(
    private readonly sides: readonly [Side, Side],
    private readonly args: CompareArguments,
    private readonly folder: string,
  ) {
    this.names = [sides[0].name, sides[1].name]
  }

  static async prepare(args: CompareArguments): Promise<Trials> {
    const warmUp = parseDuration(args['warm-up'])
    if (!warmUp.ok) throw new NmgenError('usage', `--warm-up: ${warmUp.message}`, Exit.usage, warmUp.hint)
    const base = sideOf(args.base, args['base-nmgen'], args.tx)
    const current = sideOf(
      args.current ?? args.base,
      args['current-nmgen'] ?? (args.aa ? args['base-nmgen'] : undefined),
      args.tx,
    )
    const { path } = openFolder({
      ...(args.out !== undefined && { out: args.out }),
      parent: 'results',
      profile: 'compare',
      now: new Date(),
    })
    return new Trials([base, current], args, path)
  }

  get warnings(): string[] {
    const [dropped, all] = [this.#dropped.length, this.#dropped.length + this.base.length]
    if (dropped === 0) return []
    return [
      `${dropped} of ${all} pairs do not count, because others used the CPUs; the last: ${this.#dropped.at(-1)}`,
    ]
  }

  get seconds(): number {
    return (Date.now() - this.#started) / 1000
  }

  /**
   * A B, then B A, then A B: what drifts slowly drifts for both (methodology of interleaved trials). A pair in which
   * others used the CPUs is made again, as often as pairs were asked for.
   */
  async make(pairs: number): Promise<void> {
    const end = this.base.length + pairs
    for (let again = pairs; this.base.length < end && again >= 0; ) {
      if (await this.#pair()) process.stderr.write(`pair ${this.base.length} of ${end}\n`)
      else again--
    }
    if (this.base.length < FEWEST_RUNS) throw tooDisturbed(this.warnings)
  }

  /** Returns whether it counts. */
  async #pair(): Promise<boolean> {
    const [base, current] = this.sides
    const made = new Map<Side, StoredResult>()
    for (const side of this.base.length % 2 === 0 ? [base, current] : [current, base])
      made.set(side, await this.#trial(side))
    const why = this.args['keep-disturbed']
      ? []
      : this.sides.flatMap(side => disturbance(made.get(side)!.result) ?? [])
    if (why.length > 0) return this.#drop(why.join(', '))
    this.base.push(made.get(base)!)
    this.current.push(made.get(current)!)
    return true
  }

  /** Out of the folders of those that count, so that these can be judged again by themselves. */
  #drop(why: string): false {
    this.#dropped.push(why)
    process.stderr.write(`a pair does not count: ${why}\n`)
    const folder = join(this.folder, 'dropped', numbered(this.#dropped.length))
    mkdirSync(folder, { recursive: true })
    for (const name of SIDES) renameSync(this.#out(name), join(folder, name))
    return false
  }

  #out(name: (typeof SIDES)[number]): string {
    return join(this.folder, name, numbered(this.base.length + 1))
  }

  async #trial(side: Side): Promise<StoredResult> {
    if (side !== this.#last) await this.#warmUp(side)
    this.#last = side
    const out = this.#out(side === this.sides[0] ? 'base' : 'current')
    const file = join(out, 'result.json')
    await run(side, ['--out', out, ...this.#flags()])
    return { file, result: readResult(file) }
  }

  async #warmUp(side: Side): Promise<void> {
    const warmUp = this.args['warm-up']
    if (/^0+\D*$/.test(warmUp)) return
    await run(side, ['--no-out', ...this.#flags(['duration', 'count']), '--duration', warmUp])
  }

  #flags(without: readonly string[] = []): string[] {
    const given = FORWARDED.filter(flag => !without.includes(flag)).flatMap(flag => {
      const value = this.args[flag]
      return value === undefined ? [] : [`--${flag}`, String(value)]
    })
    return [...given, ...this.args.set.flatMap(set => ['--set', set])]
  }
}

const numbered = (count: number): string => String(count).padStart(3, '0')

function tooDisturbed(warnings: readonly string[]): NmgenError {
  return new NmgenError(
    'too-disturbed',
    `${warnings.join('; ')}. A comparison needs ${FEWEST_RUNS} pairs`,
    Exit.invalid,
    'make the machine quieter (nmgen doctor), name other CPUs (--cores), or judge all pairs (--keep-disturbed)',
  )
}

/** `PROFILE` or `PROFILE@TX-URI`. */
function sideOf(text: string, program: string | undefined, tx: string | undefined): Side {
  const [, profile = text, uri] = /^(.*\.ya?ml)@(.+)$/.exec(text) ?? []
  const name = program === undefined ? text : `${text} by ${program}`
  return { name, program: program ?? ours, profile, tx: uri ?? tx }
}

/** What a run says of itself is in its result; these are the exits that leave one which counts or is refused later. */
const MEASURED: readonly number[] = [Exit.pass, Exit.threshold, Exit.invalid]

/** Never rejects: how it ended is in its exit code. */
const execute = (args: readonly string[]): Promise<{ code: number | null; said: string }> =>
  new Promise(resolve => {
    const child = execFile(process.execPath, args, { maxBuffer: 1 << 24 }, (_, __, said) =>
      resolve({ code: child.exitCode, said }),
    )
    child.stdin?.end()
  })

async function run({ program, profile, tx }: Side, flags: readonly string[]): Promise<void> {
  const to = tx === undefined ? [] : ['--tx', tx]
  const { code, said } = await execute([program, 'run', profile, '--quiet', ...to, ...flags])
  if (code !== null && MEASURED.includes(code)) return
  throw new NmgenError(
    'trial-failed',
    `a run of ${profile} ended with ${code === null ? 'a signal' : `exit ${code}`}:\n${said.trim()}`,
    (code ?? Exit.broken) as ExitCode,
    `nmgen run ${profile} shows it alone`,
  )
}
