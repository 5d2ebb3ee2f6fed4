/** Stored results of parts → one result: which results are parts of one thing, and what they have kept beside them. */
import { type Difference, differencesBetween } from '../compare/fingerprint.js'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { Histograms } from '../stats/latency.js'
import { mergeResults, type Part } from '../stats/merge.js'
import type { Way } from '../stats/merge-metrics.js'
import { tag } from './hlog.js'
import type { StoredResult } from './read.js'
import { type Histogram, histogramsOf, KINDS, sumOf } from './stored/histograms.js'

/** Of one kind, so that its numbers mean what those of one run mean; else refused with what differs. */
export async function merge(stored: readonly StoredResult[]): Promise<StoredResult> {
  const way = wayOf(stored)
  checkAlike(stored, way)
  const parts = stored.map((one, i): Part => ({ ...one, name: shardOf(one) ?? `run ${i + 1}` }))
  const kept = await histogramsBeside(stored)
  const result = mergeResults({
    way,
    parts,
    histogram: (kind, stream) =>
      (stream === null ? kept.get(kind)?.all : kept.get(kind)?.byStream.get(tag(stream))) ?? null,
  })
  const missing = missingShards(stored)
  const warnings = [...result.warnings, ...missing, ...machines(stored, way)]
  return { file: stored[0]!.file, result: { ...result, warnings }, parts: stored }
}

async function histogramsBeside(stored: readonly StoredResult[]) {
  const kept = new Map<keyof Histograms, { all: Histogram; byStream: Map<string, Histogram> }>()
  const counted = KINDS.filter(kind => stored.some(({ result }) => result.metrics[`${kind}_count`]))
  for (const kind of counted) {
    const byStream = await histogramsOf(stored, kind)
    kept.set(kind, { byStream, all: await sumOf(byStream.values()) })
  }
  return kept
}

const shardOf = ({ result }: StoredResult): string | undefined => result.profile.overrides.shard

function wayOf(stored: readonly StoredResult[]): Way {
  if (stored.length < 2)
    throw refused(
      `${stored.length === 1 ? 'one result is' : 'no results are'} nothing to merge`,
      'name two or more',
    )
  const again = stored.find(({ result }) => result.merged)
  if (again) throw refused(`${again.file} is merged already`, 'name the results that it was made of')
  const shards = stored.map(shardOf)
  if (shards.every(shard => shard === undefined)) return 'repeats'
  const whole = stored.find(one => shardOf(one) === undefined)
  if (whole) throw refused(`${whole.file} is a whole run, and others are shards`, 'merge shards with shards')
  const of = [...new Set(shards.map(shard => shard!.split('/')[1]))]
  if (of.length > 1) throw refused(`they are shards of ${of.join(' and of ')}`, 'merge the shards of one run')
  const twice = stored.find((one, i) => shards.indexOf(shardOf(one)) !== i)
  if (twice)
    throw refused(`shard ${shardOf(twice)} is there twice, also as ${twice.file}`, 'name each shard once')
  return 'shards'
}

/** Shards may run on several machines, by other names of ports; what they are shards of is one and the same. */
const OF_SHARDS = /^(nmgen$|profile|captures)/

function checkAlike(stored: readonly StoredResult[], way: Way): void {
  const found = differencesOf(stored).filter(({ what }) => way === 'repeats' || OF_SHARDS.test(what))
  if (found.length === 0) return
  throw refused(
    `these results are not of one kind: ${found.map(text).join('; ')}`,
    'merge runs of one profile, made alike; `nmgen compare` is for those that differ',
  )
}

const differencesOf = (stored: readonly StoredResult[]): Difference[] =>
  differencesBetween(
    stored.map(({ result }) => result),
    [],
    false,
  )

const text = ({ what, base }: Difference): string => `${what} is ${base.join(' or ')}`

const refused = (message: string, hint: string): NmgenError =>
  new NmgenError('not-mergeable', message, Exit.invalid, hint)

function missingShards(stored: readonly StoredResult[]) {
  const of = Number(shardOf(stored[0]!)?.split('/')[1] ?? stored.length)
  if (of === stored.length) return []
  const message = `these are ${stored.length} of the ${of} shards of the run`
  return [{ code: 'missing-shards', message, advice: 'add the results of the others' }]
}

const MACHINE = /^(cpu_model|kernel|arch|virtual_machine|container)$/

function machines(stored: readonly StoredResult[], way: Way) {
  const found = way === 'shards' ? differencesOf(stored).filter(({ what }) => MACHINE.test(what)) : []
  if (found.length === 0) return []
  const message = `the shards ran on machines of several kinds: ${found.map(text).join('; ')}`
  return [{ code: 'several-machines', message, advice: 'compare it only with runs on the same machines' }]
}
