import * as hdr from 'hdr-histogram-js'
import { describe, expect, it } from 'vitest'
import { aResult } from '../stats/result.testing.js'
import { aPlan, aSnapshot, bucketCounts } from '../stats/run.testing.js'
import { emptySnapshot, interval } from '../stats/sampler.js'
import { hlog, tag } from './hlog.js'
import { reports } from './index.js'
import { resultJson } from './json.js'
import { series } from './series.js'

const run = { startedAt: new Date('2026-11-23T06:15:00Z'), streams: ['udp', 'two words, a comma'] }
const first = interval(aPlan(), emptySnapshot, aSnapshot({ elapsedNs: 1e9 }))
const second = interval(aPlan(), aSnapshot({ elapsedNs: 1e9 }), aSnapshot({ elapsedNs: 2e9 }))

describe('result.json', () => {
  it('is one document, and null is null', async () => {
    const result = await aResult()
    const text = resultJson(result)
    expect(text.endsWith('}\n')).toBe(true)
    expect(JSON.parse(text)).toMatchObject({
      schema: 'nmgen.result/1',
      metrics: { late_packets: null, lost: 0 },
    })
    expect(Object.keys(JSON.parse(text)).slice(0, 5)).toEqual([
      'schema',
      'verdict',
      'stopped',
      'limited_by',
      'started_at',
    ])
  })
})

describe('series.ndjson', () => {
  it('is one object a line', () => {
    const lines = [first, second]
      .map(interval => series.interval!({ interval, schedule: [], lateness: [], latency: [] }, run))
      .join('')
    const parsed = lines
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(parsed.map(({ t_s }) => t_s)).toEqual([1, 2])
    expect(parsed[0]).toMatchObject({ tx_pps: 1_000_000, missing: 0 })
  })
})

describe('latency.hlog', () => {
  const counts = bucketCounts([
    [0, 2],
    [850, 10],
    [123_456, 3],
    [59_999_999_999, 1],
  ])

  it('is read back bucket by bucket, in nanoseconds, tagged by stream', async () => {
    const format = hlog(() => hdr)
    const text = [
      format.head!(run),
      format.interval!(
        {
          interval: first,
          schedule: [],
          lateness: [],
          latency: [
            { streams: [0], counts },
            { streams: [1], counts },
          ],
        },
        run,
      ),
      format.interval!(
        { interval: second, schedule: [], lateness: [], latency: [{ streams: [0], counts }] },
        run,
      ),
    ].join('')
    expect(text.startsWith('#[Histogram log format version 1.3]\n#[StartTime: 1795414500.000 (seconds')).toBe(
      true,
    )
    expect(hdr.listTags(text)).toEqual(['udp', 'two_words_a_comma'])
    expect(text.split('\n').filter(line => line === '')).toHaveLength(1)

    const reader = new hdr.HistogramLogReader(text, 64)
    const read = [reader, reader, reader].map(log => log.nextIntervalHistogram() as hdr.Histogram)
    expect(read.map(histogram => histogram.tag)).toEqual(['udp', 'two_words_a_comma', 'udp'])
    expect(reader.nextIntervalHistogram()).toBeNull()
    for (const histogram of read) expect(countsOf(histogram)).toEqual(countsIn(counts))
    expect(read.map(histogram => histogram.startTimeStampMsec)).toEqual(
      [0, 0, 1000].map(ms => 1795414500e3 + ms),
    )
    expect(read[2]!.endTimeStampMsec).toBe(1795414502e3)
  })

  it('gives Interval_Max in milliseconds', async () => {
    const [line] = hlog(() => hdr).interval!(
      { interval: first, schedule: [], lateness: [], latency: [{ streams: [0], counts }] },
      run,
    ).split('\n')
    expect(line).toMatch(/^Tag=udp,0\.000,1\.000,599\d\d\.\d+,HISTFAAAA/)
  })

  it('tags what is of all streams together', async () => {
    const text = hlog(() => hdr).interval!(
      { interval: first, schedule: [], lateness: [], latency: [{ streams: [0, 1], counts }] },
      run,
    )
    expect(text).toMatch(/^Tag=all,/)
  })

  it('refuses buckets of another geometry', async () => {
    const wrong = [{ streams: [0], counts: new BigUint64Array(30_000) }]
    const format = hlog(() => hdr)
    expect(() =>
      format.interval!({ interval: first, schedule: [], lateness: [], latency: wrong }, run),
    ).toThrow(/30000 latency buckets/)
  })

  it('keeps tags free of what the reader cuts at', () => {
    expect(tag('a, b\tc')).toBe('a_b_c')
  })
})

describe('formats', () => {
  it('have a file each', async () => {
    const files = reports(() => hdr).map(({ file }) => file)
    expect(files).toEqual([
      'series.ndjson',
      'latency.hlog',
      'schedule.hlog',
      'lateness.hlog',
      'summary.txt',
      'result.json',
    ])
  })
})

function countsOf(histogram: hdr.Histogram): [number, number][] {
  const js = histogram as unknown as { getCountAtIndex(index: number): number; countsArrayLength: number }
  return Array.from({ length: js.countsArrayLength }, (_, index): [number, number] => [
    index,
    js.getCountAtIndex(index),
  ]).filter(([, count]) => count > 0)
}

function countsIn(counts: BigUint64Array): [number, number][] {
  return [...counts.entries()]
    .map(([index, count]): [number, number] => [index, Number(count)])
    .filter(([, n]) => n > 0)
}
