/** Runs of two sides in turn, each a process of its own: what one leaves behind in memory does not help the next. */

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
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
const FORWARDED = ['rx', 'rate', 'duration', 'count', 'seed', 'cores', 'queues'] as const

export class Trials {
  readonly base: StoredResult[] = []
  readonly current: StoredResult[] = []
  readonly names: readonly [string, string]
  #started = Date.now()
  #pairs = 0
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

  get seconds(): number {
    return (Date.now() - this.#started) / 1000
  }

  /** A B, then B A, then A B: what drifts slowly drifts for both (methodology of interleaved trials). */
  async make(pairs: number): Promise<void> {
    const [base, current] = this.sides
    for (const end = this.#pairs + pairs; this.#pairs < end; this.#pairs++) {
      const order = this.#pairs % 2 === 0 ? [base, current] : [current, base]
      for (const side of order) await this.#trial(side)
      process.stderr.write(`pair ${this.#pairs + 1} of ${end}\n`)
    }
  }

  async #trial(side: Side): Promise<void> {
    if (side !== this.#last) await this.#warmUp(side)
    this.#last = side
    const isBase = side === this.sides[0]
    const out = join(this.folder, isBase ? 'base' : 'current', String(this.#pairs + 1).padStart(3, '0'))
    const file = join(out, 'result.json')
    await run(side, ['--out', out, ...this.#flags()])
    ;(isBase ? this.base : this.current).push({ file, result: readResult(file) })
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
