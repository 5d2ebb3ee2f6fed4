/** Between which loads is searched: what the user says, the line, or what nmgen can send, whichever is known first. */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { type Speeds, type Varied, variedStreams } from '../find/at-load.js'
import { findingOf } from '../find/findings.js'
import { PRESETS } from '../find/goal.js'
import { mlrsearch } from '../find/mlrsearch.js'
import { compileProfile } from '../library/examine.js'
import { parseExpectation } from '../profile/expectation.js'
import type { Result } from '../stats/result.js'
import { groupsOf } from '../templates/group.js'
import type { Plan } from '../templates/plan.js'
import { meanFrameBytes, ratePps } from '../templates/rate.js'
import type { Rate } from '../units/rate.js'
import type { SearchInput } from './find-search.js'
import type { Learnt } from './find-store.js'
import { play, Trials } from './find-trials.js'
import { applyOverrides } from './overrides.js'
import type { ReadPlan } from './profile.js'

interface Learning extends SearchInput {
  trials: Trials
  varied: readonly Varied[]
  deadlineMs: number
}

/** Warms the device up, and learns on the way how fast its ports are and how fast they can be fed. */
export async function learn(input: Learning): Promise<Learnt> {
  const { wanted, varied, combination, store, index } = input
  const { plan } = combination.read
  const warm = await input.trials.atLine(wanted.warmUpS)
  const linkBps = Object.fromEntries(warm.ports.map(port => [port.name, port.link_bps]))
  const line = ppsOf({ kind: 'line' }, plan, varied, linkBps)
  const sent = busiest(warm, varied)
  const referencePps = wanted.reference.length > 0 ? await reference(input) : null
  const asked = wanted.max === null ? null : ppsOf(wanted.max, plan, varied, linkBps)
  // Neither a line that cannot be filled nor a rate that was never reached is a load that anything could be said of.
  const reachable = referencePps ?? Math.min(line ?? Number.POSITIVE_INFINITY, sent)
  const maxPps = asked ?? reachable
  if (!(maxPps > 0))
    throw new NmgenError(
      'nothing-sent',
      'not one packet was sent before the search',
      Exit.environment,
      'nmgen run shows it alone',
    )
  const minPps = Math.min(
    ppsOf(wanted.min, plan, varied, linkBps) ?? maxPps,
    asked === null ? maxPps / 10 : maxPps,
  )
  const own = referencePps ?? (asked === null && (line === null || sent < line * 0.99) ? sent : null)
  const learnt: Learnt = { minPps, maxPps, referencePps: own, linkBps }
  store.append({ search: index, learnt })
  return learnt
}

/** Of the port that sends the most. */
function busiest({ streams }: Result, varied: readonly Varied[]): number {
  const ports = new Set(varied.map(({ tx }) => tx))
  const sent = (port: string) =>
    varied.filter(({ tx }) => tx === port).reduce((sum, { name }) => sum + (streams[name]?.tx_pps ?? 0), 0)
  return Math.max(0, ...[...ports].map(sent))
}

/** A rate that the user gives is of one sending port, all of its streams together. null: the speed of the line is not known. */
function ppsOf(
  rate: Rate,
  plan: Plan,
  varied: readonly Varied[],
  linkBps: Readonly<Record<string, number | null>>,
) {
  const [first] = varied
  const own = varied.filter(({ tx }) => tx === first!.tx)
  const total = own.reduce((sum, { weight }) => sum + weight, 0)
  const weights = new Map(own.map(({ name, weight }) => [name, weight / total]))
  const frame = groupsOf(plan.streams).reduce(
    (sum, group) => sum + (weights.get(group[0].name) ?? 0) * meanFrameBytes(group),
    0,
  )
  const all: Rate = rate.kind === 'line' ? { kind: 'percent', percent: 100 } : rate
  return ratePps(all, frame, linkBps[first!.tx] ?? null)
}

const LOSSLESS = parseExpectation('loss_ratio == 0')

/** The same profile where there is no device: the most that is sent and received without loss is all that can be measured. */
async function reference(input: Learning): Promise<number> {
  const { wanted, combination, index, store } = input
  const [tx, rx = tx] = wanted.reference as [string, string?]
  const read = placed(combination.read, tx, rx!)
  const speeds: Speeds = new Map()
  const varied = variedStreams(read.plan, wanted.fixed, speeds)
  const trials = new Trials({
    ...input,
    search: index,
    read,
    varied,
    env: combination.env,
    wanted: { ...wanted, hooks: {} },
  })
  trials.remember(store.lines(index).records.filter(({ part }) => part === 'reference'))
  const most = busiest(await trials.atLine(wanted.warmUpS), varied)
  const goal = {
    name: 'reference',
    conditions: LOSSLESS.ok ? [{ ...LOSSLESS.value, path: [] }] : [],
    ...PRESETS.quick,
  }
  const limits = { minPps: most / 1000, maxPps: most }
  await play('reference', mlrsearch([goal], limits), trials)
  const found = findingOf(
    goal,
    trials.made.map(({ trial }) => trial),
    limits,
  ).lowerPps
  if (found !== null) return found
  throw new NmgenError(
    'no-reference',
    'frames are lost even without the device',
    Exit.environment,
    'mend the path between the ports first',
  )
}

function placed(read: ReadPlan, tx: string, rx: string): ReadPlan {
  const profile = applyOverrides(read.profile, { tx, rx })
  const { plan } = compileProfile(profile, read.file)
  if (!plan)
    throw new NmgenError('bad-profile', 'the profile cannot be sent over the reference ports', Exit.profile)
  return { ...read, profile, plan }
}
