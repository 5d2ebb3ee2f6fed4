import { expect, it } from 'vitest'
import { runJson } from './nmgen.js'

it('--calibrate tells what nmgen itself adds to a latency', async () => {
  const flags = ['--rate', '1kpps', '--count', '100', '--no-out', '--quiet', '--calibrate']
  const { code, result } = await runJson(['profiles/udp-64b.yaml', ...flags])
  expect([code, result.metrics.latency_count]).toEqual([0, 100])
  const { samples, min_ns, mean_ns, p50_ns, p99_ns, max_ns } = result.calibration!
  // A busy machine may not send all of the 10,000 that were due.
  expect(samples).toBeGreaterThan(0)
  expect(samples).toBeLessThanOrEqual(10_000)
  expect(min_ns).toBeGreaterThan(0)
  // Percentiles are right to three digits.
  expect([
    mean_ns! <= max_ns!,
    min_ns! <= mean_ns!,
    min_ns! <= p50_ns! * 1.001,
    p50_ns! <= p99_ns!,
  ]).not.toContain(false)
})
