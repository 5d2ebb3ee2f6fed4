import { distance } from 'fastest-levenshtein'
import { didYouMean } from './parsed.js'

/** The known name that was probably meant: at most a third of its letters differ, and no more than three. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase()
  const letters = sorted(lower)
  const near: { name: string; score: number }[] = []
  // What differs in length by more than the limit differs in as many letters at least: among thousands, most do.
  for (const name of known) {
    const limit = Math.min(3, Math.ceil(name.length / 3), name.length - 1, Math.max(1, word.length >> 1))
    if (Math.abs(name.length - word.length) > limit) continue
    const far = score(lower, letters, name.toLowerCase())
    if (far <= limit) near.push({ name, score: far })
  }
  return near.sort((a, b) => a.score - b.score)[0]?.name
}

/** Letters in the wrong order are one mistake, of which Levenshtein makes two. */
const score = (word: string, letters: string, name: string): number =>
  word !== name && word.length === name.length && letters === sorted(name) ? 1 : distance(word, name)

const sorted = (text: string): string => [...text].sort().join('')

/** What other tools and the standards say for what is meant here. */
const synonyms: Readonly<Record<string, string>> = {
  eth: 'ethernet',
  ip: 'ipv4',
  ip4: 'ipv4',
  ip6: 'ipv6',
  dot1q: 'vlan',
  vid: 'id',
  increment: 'inc',
  decrement: 'dec',
  shuffle: 'permute',
  source: 'src',
  destination: 'dst',
  sport: 'src',
  dport: 'dst',
  src_port: 'src',
  dst_port: 'dst',
  saddr: 'src',
  daddr: 'dst',
  sender_ip: 'src_ip',
  sender_mac: 'src_mac',
  target_ip: 'dst_ip',
  target_mac: 'dst_mac',
  proto: 'protocol',
  tos: 'dscp',
  traffic_class: 'dscp',
  total_length: 'length',
  size: 'frame',
}

function synonym(word: string, known: readonly string[]): string | undefined {
  const at = word.lastIndexOf('.') + 1
  const key = word.slice(at).toLowerCase()
  const meant = Object.hasOwn(synonyms, key) ? `${word.slice(0, at)}${synonyms[key]}` : undefined
  return meant !== undefined && known.includes(meant) ? meant : undefined
}

/** A suggestion, else all names, so that the reader need not look for the manual. */
export function hintFor(word: string, known: readonly string[]): string {
  const name = synonym(word, known) ?? nearest(word, known)
  if (name !== undefined) return didYouMean(name)
  if (known.length === 0) return 'nothing can stand here'
  if (known.length > most) return `one of ${known.length}, such as ${known.slice(0, 5).join(', ')}`
  return `one of: ${[...new Set(known)].join(', ')}`
}

/** Nobody reads more names than this. */
const most = 200
