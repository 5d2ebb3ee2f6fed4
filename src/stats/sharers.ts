/** Histograms that several streams may share: which of them are one's own. */
import type { StreamHistogram } from '../gen/snapshot.js'

const asSets = new WeakMap<readonly number[], ReadonlySet<number>>()

/** Of thousands of streams each asks whether it is among them. */
function setOf(streams: readonly number[]): ReadonlySet<number> {
  const known = asSets.get(streams) ?? new Set(streams)
  asSets.set(streams, known)
  return known
}

/** Those that count any stream of `ids`; null: somebody else is counted in one of them. */
export function ownHistograms<T extends Pick<StreamHistogram, 'streams'>>(
  all: readonly T[],
  ids: readonly number[],
): readonly T[] | null {
  const touched = all.filter(({ streams }) => ids.some(id => setOf(streams).has(id)))
  const mine = new Set(ids)
  const alone = touched.every(({ streams }) => streams.every(id => mine.has(id)))
  return alone ? touched : null
}
