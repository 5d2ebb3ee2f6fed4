/**
 * System recovery (RFC 2544 section 26.5): an overload, then half of it at once; how long after that is a frame still lost?
 * One run, in which streams follow each other: what is sent after the drop is cut into slots that are counted each, so that
 * the answer is known to within one of them.
 */
import type { Profile, StreamSpec } from '../profile/model.js'
import { type AtLoad, atLoad, type Varied } from './at-load.js'
import type { Ask } from './trial.js'

/** Of the throughput, or the most that can be sent. */
export const OVERLOAD = 1.1
const DROP = 0.5
/** What is told apart of the time after the drop. */
const SLOTS = 100
/** The time in which a device is watched after the drop, of the time of the overload. */
const WATCHED = 0.5

export interface Recovery {
  /** From the drop to the end of the slot with the last lost frame; 0: none was lost. null: frames are lost to the end. */
  recoveryS: number | null
  slotS: number
}

const slotName = (stream: string, slot: number) => `${stream}-after-drop-${slot}`

const slotSeconds = ({ durationS }: Pick<Ask, 'durationS'>): number => (durationS * WATCHED) / SLOTS

/** `ask` is the overload; what it is of each stream is what counts as the trial. */
export function atRecovery(profile: Profile, varied: readonly Varied[], ask: Ask): AtLoad {
  const over = atLoad(profile, varied, ask)
  const slot = { loadPps: ask.loadPps * DROP, durationS: slotSeconds(ask) }
  const half = atLoad(profile, varied, slot)
  const isVaried = ({ name }: StreamSpec) => over.frames.has(name)
  const slots = half.profile.streams.filter(isVaried).flatMap(stream =>
    Array.from({ length: SLOTS }, (_, i) => ({
      ...stream,
      name: slotName(stream.name, i),
      after: [i === 0 ? stream.name : slotName(stream.name, i - 1)],
    })),
  )
  const watchedNs = Math.round(ask.durationS * WATCHED * 1e9)
  const others = over.profile.streams.map(stream =>
    isVaried(stream) ? stream : { ...stream, forNs: (stream.forNs ?? 0) + watchedNs },
  )
  return {
    frames: over.frames,
    profile: {
      ...over.profile,
      durationNs: over.profile.durationNs! + watchedNs,
      streams: [...others, ...slots],
    },
  }
}

/** Of the slots of all streams: the last in which one of them lost a frame. */
export function recoveryOf(
  { durationS }: Pick<Ask, 'durationS'>,
  varied: readonly Pick<Varied, 'name'>[],
  streams: Readonly<Record<string, { lost: number | null }>>,
): Recovery {
  const slotS = slotSeconds({ durationS })
  const isLossy = (slot: number) => varied.some(({ name }) => (streams[slotName(name, slot)]?.lost ?? 0) > 0)
  const last = Array.from({ length: SLOTS }, (_, i) => SLOTS - 1 - i).find(isLossy)
  return { slotS, recoveryS: last === SLOTS - 1 ? null : last === undefined ? 0 : (last + 1) * slotS }
}
