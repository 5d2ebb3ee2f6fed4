import { expect, it } from 'vitest'
import { LatencySoFar } from './buckets.js'
import { loadHdr } from './latency.js'
import { bucketCounts } from './run.testing.js'

it('latency in buckets counts all that took so long or less, of all intervals, by stream', async () => {
  const buckets = new LatencySoFar(await loadHdr(), ['udp', 'udp', 'tcp'])
  const entry = (streams: number[], values: [number, number][]) => ({ streams, counts: bucketCounts(values) })
  buckets.add([entry([0, 1], [[150, 10], [900, 5]]), entry([1, 2], [[40, 1]])]) // biome-ignore format: pairs
  buckets.add([entry([0], [[3_000_000_000, 2]])])
  const { samples } = buckets.family()
  const of = (stream: string, le: string) =>
    samples.find(({ labels }) => labels.stream === stream && labels.le === le)!.value
  expect(['1e-7', '2e-7', '5e-7', '0.000001', '2', '5', '+Inf'].map(le => of('udp', le))).toEqual([
    0, 10, 10, 15, 15, 17, 17,
  ])
  // Of several streams nobody knows whose they are.
  expect(of('', '1e-7')).toBe(1)
  const sum = samples.find(({ suffix, labels }) => suffix === '_sum' && labels.stream === 'udp')!.value
  expect(sum).toBeCloseTo(6, 1)
})
