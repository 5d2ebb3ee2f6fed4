import { distance } from 'fastest-levenshtein'
import { didYouMean } from './parsed.js'

/** The known name that was probably meant: at most a third of its letters differ, and no more than three. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const scored = known.map(name => ({ name, score: score(word.toLowerCase(), name.toLowerCase()) }))
  const near = scored.filter(
    ({ name, score }) =>
      score <= Math.min(3, Math.ceil(name.length / 3), name.length - 1, Math.max(1, word.length >> 1)),
  )
  return near.sort((a, b) => a.score - b.score)[0]?.name
}

/** Letters in the wrong order are one mistake, of which Levenshtein makes two. */
const score = (word: string, name: string): number =>
  word !== name && sorted(word) === sorted(name) ? 1 : distance(word, name)

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
  return known.length === 0 ? 'nothing can stand here' : `one of: ${[...new Set(known)].join(', ')}`
}
