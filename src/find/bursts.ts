/** Back-to-back frames (RFC 9004): the longest burst at the highest rate that goes through without loss. */
import { type Goal, isBad } from './goal.js'
import type { Search, Trial } from './trial.js'

export interface BurstOptions {
  /** How fast frames follow each other: the line, or what the generator can do. */
  loadPps: number
  /** Bursts of more are not tried (RFC 9004 section 5.2: up to 30 s). */
  maxFrames: number
  /** How exactly the length is searched (section 5.4: to be reported). */
  stepFrames: number
  repeats: number
}

/** `repeats` searches one after the other, each by halves. */
export function* bursts(goal: Goal, options: BurstOptions): Search {
  const { loadPps, maxFrames, stepFrames, repeats } = options
  const good = function* (frames: number) {
    const trial: Trial = yield { loadPps, durationS: frames / loadPps, frames }
    return !isBad(trial, goal)
  }
  for (let i = 0; i < repeats; i++) {
    let [lower, upper] = [0, maxFrames + stepFrames]
    if (yield* good(maxFrames)) continue
    upper = maxFrames
    while (upper - lower > stepFrames) {
      const middle = lower + Math.floor((upper - lower) / 2)
      if (yield* good(middle)) lower = middle
      else upper = middle
    }
  }
}

export interface BurstFinding {
  goal: string
  /** How many searches ended. */
  repeats: number
  averageFrames: number | null
  minFrames: number | null
  maxFrames: number | null
  deviationFrames: number | null
  stepFrames: number
  /** Bursts as long as were allowed went through: the device has no limit that could be found (section 5.2). */
  unbounded: boolean
  /** Section 6.4: of the average burst, without what was forwarded meanwhile. null: the throughput is not known. */
  correctedBufferS: number | null
}

/** `throughputPps`: of the same frames, which section 5.1 asks to have measured before. */
export function burstFinding(
  goal: Goal,
  trials: readonly Trial[],
  options: BurstOptions & { throughputPps: number | null },
): BurstFinding {
  const longest = longestOf(goal, trials, options)
  const { loadPps, maxFrames, stepFrames, throughputPps } = options
  const none = { averageFrames: null, minFrames: null, maxFrames: null, deviationFrames: null }
  const base = { goal: goal.name, repeats: longest.length, stepFrames }
  if (longest.length === 0) return { ...base, ...none, unbounded: false, correctedBufferS: null }
  const average = mean(longest)
  const implied = average / loadPps
  return {
    ...base,
    averageFrames: average,
    minFrames: Math.min(...longest),
    maxFrames: Math.max(...longest),
    deviationFrames: Math.sqrt(mean(longest.map(frames => (frames - average) ** 2))),
    unbounded: longest.some(frames => frames >= maxFrames),
    correctedBufferS: throughputPps === null ? null : implied * (1 - Math.min(1, throughputPps / loadPps)),
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Of each search that ended; each begins with the longest burst. */
function longestOf(goal: Goal, trials: readonly Trial[], { maxFrames, stepFrames }: BurstOptions): number[] {
  const found: number[] = []
  let [lower, upper] = [0, Number.POSITIVE_INFINITY]
  for (const trial of trials) {
    const frames = trial.frames ?? 0
    if (frames === maxFrames) [lower, upper] = [0, Number.POSITIVE_INFINITY]
    if (isBad(trial, goal)) upper = frames
    else lower = frames
    if (lower === maxFrames || upper - lower <= stepFrames) found.push(lower)
  }
  return found
}
