/** The flags of `run` as a user typed them → what they mean. Flags go before NMGEN_* variables, both before the profile. */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { parseCores } from '../profile/cores.js'
import { NOBODY } from '../profile/receiver.js'
import { parseCount } from '../units/count.js'
import { parseDuration } from '../units/duration.js'
import { parseInteger } from '../units/integer.js'
import { type Listen, parseListen } from '../units/listen.js'
import { parseLate } from '../units/pacing.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { parseRate } from '../units/rate.js'
import { readExpect } from './expectations.js'
import type { Overrides } from './overrides.js'

export interface Shard {
  index: number
  of: number
}

export interface Flags {
  overrides: Overrides
  /** The same as they were given, for the result. */
  given: Readonly<Record<string, string>>
  /** Who gave each of them: `--rate` or `NMGEN_RATE`. */
  givenBy: Readonly<Partial<Record<ValueFlag, string>>>
  set: readonly string[]
  shard?: Shard
  json: boolean
  quiet: boolean
  /** First measures what nmgen itself adds to a latency. */
  calibrate: boolean
  /** undefined: a new folder in results/. null: none. */
  out?: string | null
  /** Where counters can be asked for while packets are sent. */
  metrics?: Listen
  /** Where a browser can look on. */
  ui?: Listen
}

/** What yargs hands over; every value may be missing. */
export type Argv = Readonly<Record<string, unknown>>

const VALUES = ['tx', 'rx', 'rate', 'duration', 'count', 'seed', 'cores', 'queues', 'late', 'shard'] as const
export type ValueFlag = (typeof VALUES)[number]

export function readFlags(argv: Argv, env: NodeJS.ProcessEnv): Flags {
  const given = givenValues(argv, env)
  const parse = <T>(flag: ValueFlag, parser: (text: string) => Parsed<T>) => parseFlag(given, flag, parser)
  const shard = parse('shard', parseShard)
  const set = (argv.set as readonly string[] | undefined) ?? []
  const overrides = {
    tx: parse('tx', parseUri),
    rx: parse('rx', text => (text === NOBODY ? parsed(text) : parseUri(text))),
    rate: parse('rate', parseRate),
    durationNs: parse('duration', positive(parseDuration)),
    count: parse('count', positive(parseCount)),
    seed: parse('seed', parseSeed),
    cores: parse('cores', parseCores),
    queues: parse('queues', positive(parseCount)),
    late: parse('late', parseLate),
    expect: readExpect((argv.expect as readonly string[] | undefined) ?? []),
  }
  return {
    overrides: present(overrides),
    given: {
      ...given,
      ...(set.length > 0 ? { set: set.join(' ') } : {}),
      ...(overrides.expect ? { expect: overrides.expect.map(({ text }) => text).join(', ') } : {}),
    },
    givenBy: Object.fromEntries(
      VALUES.filter(flag => given[flag] !== undefined).map(flag => [flag, giverOf(flag, argv)]),
    ),
    set,
    ...(shard === undefined ? {} : { shard }),
    json: argv.json === true,
    quiet: argv.quiet === true,
    calibrate: argv.calibrate === true,
    ...outOf(argv, env),
    ...serversOf(argv, env),
  }
}

// yargs' own env() makes every NMGEN_* variable an argument, and strict() then refuses NMGEN_LOG.
function givenValues(argv: Argv, env: NodeJS.ProcessEnv): Partial<Record<ValueFlag, string>> {
  const pairs = VALUES.map(flag => [flag, last(argv[flag]) ?? env[variableOf(flag)]])
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined && value !== ''))
}

const variableOf = (flag: ValueFlag): string => `NMGEN_${flag.toUpperCase()}`

const giverOf = (flag: ValueFlag, argv: Argv): string =>
  argv[flag] === undefined ? variableOf(flag) : `--${flag}`

// `--rate 1kpps --rate 2kpps`: yargs makes a list of what is repeated; as everywhere, the last one counts.
/** Of a flag that is given twice, yargs makes a list: the last one counts. */
export function last(value: unknown): string | undefined {
  const one = Array.isArray(value) ? value.at(-1) : value
  return one === undefined ? undefined : String(one)
}

function outOf(argv: Argv, env: NodeJS.ProcessEnv): Pick<Flags, 'out'> {
  if (argv.out === false) return { out: null }
  const out = last(argv.out) ?? env.NMGEN_OUT
  return out === undefined || out === '' ? {} : { out }
}

/** `--ui` alone is any free port of this machine. */
function serversOf(argv: Argv, env: NodeJS.ProcessEnv): Pick<Flags, 'metrics' | 'ui'> {
  const metrics = last(argv.metrics) ?? (env.NMGEN_METRICS || undefined)
  const ui = last(argv.ui)
  return present({
    metrics: parseFlag({ metrics }, 'metrics', parseListen),
    ui: ui === '' ? { host: '127.0.0.1', port: 0 } : parseFlag({ ui }, 'ui', parseListen),
  })
}

/** Throws NmgenError (exit 2) where the flag was given and means nothing. */
export function parseFlag<F extends string, T>(
  given: Readonly<Partial<Record<F, string | undefined>>>,
  flag: F,
  parser: (text: string) => Parsed<T>,
): T | undefined {
  const text = given[flag]
  if (text === undefined) return undefined
  const result = parser(text)
  if (result.ok) return result.value
  throw new NmgenError('usage', `--${flag}: ${result.message}`, Exit.usage, result.hint)
}

export function positive(parser: (text: string) => Parsed<number>): (text: string) => Parsed<number> {
  return text => {
    const result = parser(text)
    return result.ok && result.value <= 0
      ? refuse('out-of-range', `\`${text}\` is not more than 0`, 'leave it out to keep what the profile says')
      : result
  }
}

export function parseUri(text: string): Parsed<string> {
  if (/^[a-z][a-z0-9_]*:./.test(text)) return parsed(text)
  return refuse(
    'bad-value',
    `\`${text}\` is not a port`,
    'write BACKEND:DEVICE, such as `loop:lab`, `afxdp:eth3` or `dpdk:0000:03:00.0`',
  )
}

function parseSeed(text: string): Parsed<number> {
  const result = parseInteger(text, 53)
  return result.ok ? parsed(Number(result.value)) : result
}

/** `2/8`: the second of eight; people count from 1, index counts from 0. */
export function parseShard(text: string): Parsed<Shard> {
  const found = /^(\d{1,6})\/(\d{1,6})$/.exec(text)
  const [index, of] = [Number(found?.[1]), Number(found?.[2])]
  if (!found)
    return refuse('bad-value', `\`${text}\` is not a shard`, 'write i/n: `1/4` to `4/4` for four senders')
  if (index >= 1 && index <= of) return parsed({ index: index - 1, of })
  return refuse(
    'out-of-range',
    `there is no shard ${index} of ${of}`,
    `1/${Math.max(of, 1)} to ${Math.max(of, 1)}/${Math.max(of, 1)}`,
  )
}

function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(pairs) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
