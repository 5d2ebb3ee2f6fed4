/** A profile at a load: each stream in its proportion to the others, and exactly so many frames of it. */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { Load, Profile, StreamSpec } from '../profile/model.js'
import { type Group, groupsOf } from '../templates/group.js'
import type { Plan } from '../templates/plan.js'
import { type Pace, paceOf } from '../templates/rate.js'
import { type Ask, framesOf } from './trial.js'

/** A stream whose rate the search decides. */
export interface Varied {
  name: string
  tx: string
  rx: string | null
  /** Against the other streams, in packets. */
  weight: number
}

/** Speeds of ports, where they are known: what a share of the line means. */
export type Speeds = ReadonlyMap<string, number | null>

/** All streams but those that keep their own rate (`fixed`): a canary, or what must not arrive. */
export function variedStreams(plan: Plan, fixed: readonly string[], speeds: Speeds): Varied[] {
  const groups = groupsOf(plan.streams).filter(([{ name }]) => !fixed.includes(name))
  if (groups.length === 0)
    throw refused('every stream is fixed', 'a search needs a stream whose rate it may change')
  const paces = groups.map(group => steadyPace(group, speeds))
  const lines = paces.filter(({ shape }) => shape === 'line').length
  if (lines > 0 && lines < paces.length)
    throw refused(
      'some streams send at line rate and others do not, so their proportions are not known',
      'give all of them rates, or let those that shall not change be --fixed',
    )
  return groups.map((group, i) => {
    const [{ name, tx, rx }] = group
    return { name, tx, rx, weight: weightOf(group, paces[i]!, groups) }
  })
}

function steadyPace(group: Group, speeds: Speeds): Pace {
  const [{ name, tx, trace, rate, startNs, forNs, after }] = group
  const fixed = `or let it keep its rate: --fixed ${name}`
  if (trace || rate.kind === 'ramp')
    throw refused(`stream ${name} changes its rate by itself`, `give it a steady rate, ${fixed}`)
  if (startNs > 0 || forNs !== null || after.length > 0)
    throw refused(`stream ${name} does not send all the time`, `take away start, for and after, ${fixed}`)
  const pace = paceOf(group, speeds.get(tx) ?? null)
  if (pace) return pace
  throw refused(
    `stream ${name} asks for a part of the line, whose speed is not known`,
    'write packets per second',
  )
}

/** At line rate, streams of a port take turns, as often as their shares say. */
function weightOf([{ tx, share }]: Group, pace: Pace, groups: readonly Group[]): number {
  if (pace.shape === 'ramp') throw new Error('refused above')
  if (pace.shape !== 'line') return pace.pps
  return share ?? 100 / groups.filter(([other]) => other.tx === tx).length
}

const refused = (message: string, hint: string): NmgenError =>
  new NmgenError('cannot-search', message, Exit.profile, hint)

/** How much longer than asked a trial may go on until all of its frames are sent. */
const GRACE = { share: 0.05, ns: 1e8 }

export interface AtLoad {
  profile: Profile
  /** Frames that each stream is to send, by name. */
  frames: ReadonlyMap<string, number>
}

export function atLoad(profile: Profile, varied: readonly Varied[], ask: Ask): AtLoad {
  const busiest = Math.max(...sumBy(varied).values())
  const frames = new Map(
    varied.map(({ name, weight }) => {
      const part = weight / busiest
      const whole = framesOf({ ...ask, loadPps: ask.loadPps * part })
      return [name, ask.frames === undefined ? whole : Math.max(1, Math.round(ask.frames * part))]
    }),
  )
  const pps = new Map(varied.map(({ name, weight }) => [name, (ask.loadPps * weight) / busiest]))
  const durationNs = Math.round(ask.durationS * 1e9)
  const { rate: total, ...rest } = profile
  const streams = profile.streams.map(stream => {
    const own = pps.get(stream.name)
    if (own === undefined) return { forNs: durationNs, ...stream }
    const { share: _, ...alone } = stream
    return { ...alone, rate: shaped(stream.rate, own), count: frames.get(stream.name)! }
  })
  const shared = streams.some((stream: StreamSpec) => stream.share !== undefined)
  return {
    frames,
    profile: {
      ...rest,
      ...(total && shared && { rate: total }),
      durationNs: Math.round(durationNs * (1 + Math.max(GRACE.share, profile.pacing.tolerance)) + GRACE.ns),
      streams,
    },
  }
}

function sumBy(varied: readonly Varied[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { tx, weight } of varied) sums.set(tx, (sums.get(tx) ?? 0) + weight)
  return sums
}

/** The rate changes, its shape stays. */
function shaped(load: Load, pps: number): Load {
  const rate = { kind: 'pps', pps } as const
  if (load.kind === 'poisson') return { kind: 'poisson', rate }
  return load.kind === 'burst' ? { kind: 'burst', frames: load.frames, rate } : rate
}

/** As fast as it goes, to see how fast that is. */
export function atLine(profile: Profile, varied: readonly Varied[], durationS: number): Profile {
  const names = new Set(varied.map(({ name }) => name))
  const { rate: _, ...rest } = profile
  const streams = profile.streams.map(stream => {
    if (!names.has(stream.name)) return { forNs: durationS * 1e9, ...stream }
    const { share: _share, count: _count, ...alone } = stream
    return { ...alone, rate: { kind: 'line' } as const }
  })
  return { ...rest, durationNs: durationS * 1e9, streams }
}
