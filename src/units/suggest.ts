import { distance } from 'fastest-levenshtein'
import { didYouMean } from './parsed.js'

/** The known name that was probably meant: at most a third of its letters differ, and no more than three. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const scored = known.map(name => ({ name, score: distance(word.toLowerCase(), name.toLowerCase()) }))
  const best = scored.sort((a, b) => a.score - b.score)[0]
  const limit = best ? Math.min(3, Math.ceil(best.name.length / 3), best.name.length - 1) : 0
  return best && best.score <= limit ? best.name : undefined
}

/** A suggestion, else all names, so that the reader need not look for the manual. */
export function hintFor(word: string, known: readonly string[]): string {
  const name = nearest(word, known)
  if (name !== undefined) return didYouMean(name)
  return known.length === 0 ? 'nothing can stand here' : `one of: ${[...new Set(known)].join(', ')}`
}
