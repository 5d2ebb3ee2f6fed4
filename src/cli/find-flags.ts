/** The flags of `find` → what they mean. Kept as they were typed, so that a search can be resumed. */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { type Goal, type GoalTiming, PRESETS, withTrials } from '../find/goal.js'
import { parseConditions, parseDirections, parseSizes, parseWidth } from '../profile/find.js'
import type { FindSpec } from '../profile/model.js'
import { parseCount } from '../units/count.js'
import { parseDuration } from '../units/duration.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { parseRate, type Rate } from '../units/rate.js'
import type { Direction, Method, Preset } from '../units/search.js'
import { type Argv, type Flags, last, parseFlag, parseUri, positive, readFlags } from './run-flags.js'

export interface Wanted {
  run: Flags
  method: Method
  preset: Preset
  goals: readonly Goal[]
  repeat: number | null
  min: Rate
  max: Rate | null
  fixed: readonly string[]
  reference: readonly string[]
  sizes: readonly string[]
  directions: readonly Direction[]
  vary: readonly { name: string; values: readonly string[] }[]
  hooks: Readonly<Partial<Record<'search' | 'before' | 'after', string>>>
  warmUpS: number
  pauseS: number
  timeoutS: number | null
}

const DEFAULT_GOALS = ['ndr: loss_ratio == 0', 'pdr: loss_ratio <= 0.5%']

/** What the profile's `find` says stands where no option does. */
export function withBlock(argv: Argv, { goals, warm_up, ...block }: FindSpec = {}): Argv {
  const given = Object.fromEntries(Object.entries(argv).filter(([, value]) => value !== undefined))
  return {
    ...block,
    ...(goals && { goal: goals }),
    ...(warm_up !== undefined && { 'warm-up': warm_up }),
    ...given,
  }
}

export function readWanted(argv: Argv, env: NodeJS.ProcessEnv): Wanted {
  const text = (flag: string) => last(argv[flag])
  const given = <T>(flag: string, parser: (text: string) => Parsed<T>) =>
    parseFlag({ [flag]: text(flag) }, flag, parser)
  const seconds = (flag: string) => {
    const ns = given(flag, parseDuration)
    return ns === undefined ? undefined : ns / 1e9
  }
  const method = (text('method') ?? 'mlrsearch') as Method
  const preset = (text('preset') ?? (method === 'rfc2544' ? 'rfc2544' : 'csit')) as Preset
  const timing = timingOf(PRESETS[preset], {
    trial: given('trial', positive(parseDuration)),
    width: given('width', parseWidth),
  })
  return {
    run: { ...readFlags(argv, deviceOnly(env)), quiet: true },
    method,
    preset,
    goals: goalsOf(list(argv, 'goal'), timing),
    repeat: given('repeat', positive(parseCount)) ?? null,
    min: given('min', parseRate) ?? { kind: 'pps', pps: 9001 },
    max: given('max', parseRate) ?? null,
    fixed: list(argv, 'fixed'),
    reference: list(argv, 'reference').map(uri => parseFlag({ reference: uri }, 'reference', parseUri)!),
    sizes: given('sizes', parseSizes) ?? [],
    directions: given('directions', parseDirections) ?? [],
    vary: list(argv, 'vary').map(one => parseFlag({ vary: one }, 'vary', parseVaried)!),
    hooks: {
      ...(text('before-search') !== undefined && { search: text('before-search')! }),
      ...(text('before-trial') !== undefined && { before: text('before-trial')! }),
      ...(text('after-trial') !== undefined && { after: text('after-trial')! }),
    },
    warmUpS: seconds('warm-up') ?? 1,
    pauseS: seconds('pause') ?? (preset === 'rfc2544' ? 5 : 0),
    timeoutS: seconds('timeout') ?? null,
  }
}

/** Of the variables that a run takes, those about its devices; rates and lengths are the search's. */
function deviceOnly(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NMGEN_TX, NMGEN_RX, NMGEN_SEED, NMGEN_CORES, NMGEN_QUEUES, NMGEN_LATE, NMGEN_OUT } = env
  return { NMGEN_TX, NMGEN_RX, NMGEN_SEED, NMGEN_CORES, NMGEN_QUEUES, NMGEN_LATE, NMGEN_OUT }
}

const list = (argv: Argv, flag: string): readonly string[] =>
  (argv[flag] as readonly string[] | undefined) ?? []

function timingOf(
  preset: GoalTiming,
  given: { trial: number | undefined; width: number | undefined },
): GoalTiming {
  const timing = given.trial === undefined ? preset : withTrials(preset, given.trial / 1e9)
  return given.width === undefined ? timing : { ...timing, width: given.width }
}

function goalsOf(texts: readonly string[], timing: GoalTiming): Goal[] {
  const goals = (texts.length > 0 ? texts : DEFAULT_GOALS).map(
    text => parseFlag({ goal: text }, 'goal', parseGoal)!,
  )
  const twice = goals.find(({ name }, i) => goals.findIndex(other => other.name === name) !== i)
  if (twice)
    throw new NmgenError(
      'usage',
      `--goal: two goals are called ${twice.name}`,
      Exit.usage,
      'name each: `NAME: ...`',
    )
  return goals.map(goal => ({ ...goal, ...timing }))
}

/** `pdr: loss_ratio <= 0.5%, latency_p99_ns < 50us`; without a name, it is called by its text. */
function parseGoal(text: string): Parsed<Pick<Goal, 'name' | 'conditions'>> {
  const [, name, rest = text] = /^\s*([\w-]+)\s*:\s*(.*)$/s.exec(text) ?? []
  const found = parseConditions(rest)
  if (!found.ok) return found
  const conditions = found.value.map(condition => ({ ...condition, path: [] }))
  return parsed({ name: name ?? rest.trim(), conditions })
}

function parseVaried(text: string): Parsed<Wanted['vary'][number]> {
  const [, name, values] = /^([A-Za-z]\w*)=(.+)$/.exec(text) ?? []
  if (name && values) return parsed({ name, values: values.split(',').map(value => value.trim()) })
  return refuse(
    'bad-value',
    `\`${text}\` names no values`,
    'write NAME=VALUE,VALUE, such as `rules=0,100,1000`',
  )
}
