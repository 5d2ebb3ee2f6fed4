import { distance } from 'fastest-levenshtein'
import { didYouMean } from './parsed.js'

/** The known name that was probably meant: at most a third of its letters differ, and no more than three. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const scored = known.map(name => ({ name, score: score(word.toLowerCase(), name.toLowerCase()) }))
  const near = scored.filter(
    ({ name, score }) => score <= Math.min(3, Math.ceil(name.length / 3), name.length - 1),
  )
  return near.sort((a, b) => a.score - b.score)[0]?.name
}

/** Letters in the wrong order are one mistake, of which Levenshtein makes two. */
const score = (word: string, name: string): number =>
  word !== name && sorted(word) === sorted(name) ? 1 : distance(word, name)

const sorted = (text: string): string => [...text].sort().join('')

/** A suggestion, else all names, so that the reader need not look for the manual. */
export function hintFor(word: string, known: readonly string[]): string {
  const name = nearest(word, known)
  if (name !== undefined) return didYouMean(name)
  return known.length === 0 ? 'nothing can stand here' : `one of: ${[...new Set(known)].join(', ')}`
}
