import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadHdr } from '../stats/latency.js'
import type { Result } from '../stats/result.js'
import { aResult } from '../stats/result.testing.js'
import { anEnvironment, anOutcome, aProfile } from '../stats/run.testing.js'
import { hlog } from './hlog.js'
import { merge } from './merge.js'
import type { StoredResult } from './read.js'

const folder = mkdtempSync(join(tmpdir(), 'nmgen-merge-'))
afterAll(() => rmSync(folder, { recursive: true }))

const hdr = await loadHdr()
const one = await aResult()

let runs = 0
/** A run's folder as the recorder leaves it. */
function store(change: Partial<Result> = {}, withLog = true): StoredResult {
  const place = join(folder, String(++runs))
  mkdirSync(place)
  const format = hlog(() => hdr)
  const head = { startedAt: new Date(0), streams: ['udp'] }
  const sample = {
    interval: { t_s: 1, interval_s: 1 } as never,
    latency: anOutcome().latency,
    schedule: [],
    lateness: [],
  }
  if (withLog) writeFileSync(join(place, 'latency.hlog'), format.head!(head) + format.interval!(sample, head))
  return { file: join(place, 'result.json'), result: { ...one, ...change } }
}

const shard = (text: string, change: Partial<Result> = {}): StoredResult =>
  store({ ...change, profile: { ...aProfile, overrides: { shard: text } } })

const refusal = (...stored: StoredResult[]): Promise<string> =>
  merge(stored).then(
    () => 'merged',
    (error: { message: string; exit: number }) => `${error.exit}: ${error.message}`,
  )

describe('stored results', () => {
  it('merge with their histograms: percentiles are of all packets', async () => {
    const { result, parts } = await merge([store(), store(), store()])
    expect(result.metrics.latency_count).toBe(3_000_000)
    expect(result.metrics.latency_p99_ns).toBe(one.metrics.latency_p99_ns)
    expect(result.streams.udp!.latency_p999_ns).toBe(one.metrics.latency_p999_ns)
    expect([result.merged!.of, parts!.length]).toEqual(['repeats', 3])
  })

  it('as shards are told by their numbers, and a missing one is missed', async () => {
    const { result } = await merge([shard('1/3'), shard('3/3')])
    expect(result.merged).toMatchObject({ of: 'shards', parts: [{ name: '1/3' }, { name: '3/3' }] })
    expect(result.metrics.tx_pps).toBe(2 * one.metrics.tx_pps!)
    expect(result.warnings.map(({ message }) => message)).toContain('these are 2 of the 3 shards of the run')
  })

  it('of shards on several machines merge, and say so; other runs do not', async () => {
    const elsewhere = { environment: { ...anEnvironment, kernel: '6.6.6' } }
    const { result } = await merge([shard('1/2'), shard('2/2', elsewhere)])
    expect(result.warnings.map(({ code }) => code)).toContain('several-machines')
    expect(await refusal(store(), store(elsewhere))).toBe(
      '11: these results are not of one kind: kernel is 6.1.0 or 6.6.6',
    )
  })

  it('of two profiles are refused with the values that differ', async () => {
    const profile = (frame: string, duration: string) => ({
      profile: { ...aProfile, resolved: { duration, streams: [{ name: 'udp', frame }] } },
    })
    expect(await refusal(store(profile('64B', '1s')), store(profile('128B', '1s')))).toBe(
      '11: these results are not of one kind: profile streams.udp.frame is 64B or 128B',
    )
  })

  it('that are no parts of one thing are refused', async () => {
    const again = await merge([store(), store()])
    const cases = [
      [[store()], /one result is nothing to merge/],
      [[shard('1/2'), store()], /is a whole run, and others are shards/],
      [[shard('1/2'), shard('2/3')], /shards of 2 and of 3/],
      [[shard('1/2'), shard('1/2')], /shard 1\/2 is there twice/],
      [[again, store()], /is merged already/],
      [[store(), store({}, false)], /latency\.hlog does not exist/],
    ] as const
    for (const [stored, said] of cases) expect(await refusal(...stored)).toMatch(said)
  })
})
