/** Runs that say more about who else used their CPUs than about what they measured. */
import type { CpuTimeResult, Result } from '../stats/result.js'

/** Of a CPU's time. */
const MOST_STEAL = 0.01
const MOST_OTHERS = 0.05
/** The kernel counts in hundredths of a second, and each of the numbers that these are made of may be off by one. */
const RESOLUTION_S = 0.03

/** A sentence; null: it was left alone, or did not say (an earlier nmgen, or too short a run). */
export function disturbance({ cpus = [] }: Pick<Result, 'cpus'>): string | null {
  const found = cpus.flatMap(one => [
    ...tooMuch(one, one.steal_s, MOST_STEAL, 'the hypervisor took'),
    ...tooMuch(one, one.others_s, MOST_OTHERS, 'others used'),
  ])
  return found.length > 0 ? found.join(', ') : null
}

function tooMuch({ cpu, seconds }: CpuTimeResult, used: number, most: number, who: string): string[] {
  if (used <= RESOLUTION_S || used <= most * seconds) return []
  return [`${who} ${((100 * used) / seconds).toFixed(1)} % of CPU ${cpu} (at most ${100 * most} %)`]
}
