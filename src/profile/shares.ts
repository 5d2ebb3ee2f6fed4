import { isMap, type Problem, type YamlMap } from './problem.js'
import { parseShare } from './quantity.js'
import { hintFor } from './suggest.js'

/** Percent are added in binary: what is no more than its error is not more than all. */
const all = 100 + 1e-9

/** How the streams divide the profile's total rate, and who follows whom; as in references.ts, of the data as read. */
export function checkShares(data: YamlMap, streams: readonly unknown[]): Problem[] {
  const maps = streams.map(stream => (isMap(stream) ? stream : {}))
  const shares = maps.map(stream => (stream.share === undefined ? undefined : percentOf(stream.share)))
  const given = shares.reduce<number>((sum, share) => sum + (share ?? 0), 0)
  const open = maps.flatMap((stream, i) =>
    [stream.rate, stream.share, stream.timing].every(value => value === undefined) ? [i] : [],
  )
  const problems = maps.flatMap((stream, i) => bothGiven(stream, i))
  if (given > all) return [...problems, tooMuch(shares, given)]
  const total = data.rate !== undefined || maps.some(({ share }) => share !== undefined)
  if (total && given > 200 - all) problems.push(...open.map(i => nothingLeft(String(maps[i]!.name ?? i), i)))
  if (
    data.rate !== undefined &&
    maps.length > 0 &&
    maps.every(({ rate, timing }) => rate !== undefined || timing !== undefined)
  )
    problems.push(unused)
  return problems
}

function percentOf(value: unknown): number {
  const share = typeof value === 'string' ? parseShare(value) : undefined
  return share?.ok ? share.value : 0
}

function bothGiven(stream: YamlMap, i: number): Problem[] {
  if (stream.rate === undefined || stream.share === undefined) return []
  const message = 'a stream has a `rate` of its own or a `share` of the total, not both'
  return [
    { code: 'one-key', message, hint: 'remove one of the two', path: ['streams', i, 'share'], at: 'key' },
  ]
}

/** The first share with which it is too much. */
function tooMuch(shares: readonly (number | undefined)[], given: number): Problem {
  let sum = 0
  const last = shares.findIndex(share => {
    sum += share ?? 0
    return sum > all
  })
  const message = `the shares add up to ${Number(given.toPrecision(12))}%`
  return { code: 'shares-exceed', message, hint: 'at most 100% in all', path: ['streams', last, 'share'] }
}

function nothingLeft(name: string, i: number): Problem {
  const message = `the shares of the others are 100%, so nothing is left for ${name}`
  return { code: 'no-share-left', message, hint: 'give it a `rate`, or others less', path: ['streams', i] }
}

const unused: Problem = {
  code: 'unused-rate',
  message: "every stream has a rate of its own, so this total is nobody's",
  hint: 'leave it out, or remove `rate` from the streams that should share it',
  path: ['rate'],
  at: 'key',
}

/** `after` must name streams, and lead to one that waits for nobody. */
export function checkAfter(streams: readonly unknown[]): Problem[] {
  const names = streams.map(stream => (isMap(stream) ? String(stream.name) : ''))
  const follows = streams.map(stream => (isMap(stream) ? namesIn(stream.after) : []))
  return follows.flatMap((others, i) =>
    others.flatMap(([name, ...step]): Problem[] => {
      const path = ['streams', i, 'after', ...step]
      if (!names.includes(name)) {
        const known = names.filter((other, k) => other !== '' && k !== i)
        const message = `no stream is called \`${name}\``
        return [{ code: 'unknown-stream', message, hint: hintFor(name, known), path }]
      }
      const leads = (from: number, to: number) => leadsTo(from, to, names, follows)
      if (!leads(names.indexOf(name), i)) return []
      // Each stream of a circle waits for all others: the first one says it for them.
      if (follows.some((_, k) => k < i && leads(i, k) && leads(k, i))) return []
      const message =
        name === names[i] ? `\`${name}\` would wait for itself` : `\`${name}\` waits for \`${names[i]}\`, too`
      return [{ code: 'after-cycle', message, hint: 'one of them must start by itself', path }]
    }),
  )
}

type Names = readonly (readonly [name: string, ...step: number[]])[]

const isName = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number'

function namesIn(after: unknown): Names {
  if (isName(after)) return [[String(after)]]
  if (!Array.isArray(after)) return []
  return after.flatMap((name, i) => (isName(name) ? [[String(name), i] as const] : []))
}

function leadsTo(from: number, to: number, names: readonly string[], follows: readonly Names[]): boolean {
  const seen = new Set<number>()
  const open = [from]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === to) return true
    if (at < 0 || seen.has(at)) continue
    seen.add(at)
    for (const [name] of follows[at]!) open.push(names.indexOf(name))
  }
  return false
}
