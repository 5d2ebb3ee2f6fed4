/**
 * What nmgen's own loops and stamps add to every latency: the same loops on the same CPUs, with a ring in memory where a
 * device would be. It is said beside the latency and never subtracted: a device has other rings, and hides some of this.
 */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { compile } from '../library/compile.js'
import { run } from '../library/run.js'
import type { Calibration, Result } from '../stats/result.js'

/** One packet a burst and nothing to queue behind: what is left is nmgen. */
const profile = `
version: 1
name: calibration
ports: { a: loop:calibration }
duration: 1s
pacing: { burst: 1 }
streams:
  - name: probe
    frame: 64B
    rate: 10kpps
    layers:
      - ethernet: { src: 02:00:00:00:00:01, dst: 02:00:00:00:00:02 }
      - ipv4: { src: 198.18.1.2, dst: 198.19.1.2 }
      - udp: { src: 1024, dst: 9 }
`

/** Takes a second. */
export async function calibrate(cores: readonly number[] | null): Promise<Calibration> {
  const program = compile({ text: profile, file: 'calibration' })
  const running = await run({ ...program, plan: { ...program.plan, ...(cores && { cores }) } })
  return calibrationOf(await running.result)
}

/** Throws NmgenError (exit 5) where it did not get through. */
export function calibrationOf({
  metrics,
  stopped,
  error,
}: Pick<Result, 'metrics' | 'stopped' | 'error'>): Calibration {
  const { latency_count: samples, latency_min_ns: min_ns, latency_max_ns: max_ns } = metrics
  const { latency_mean_ns: mean_ns, latency_p50_ns: p50_ns, latency_p99_ns: p99_ns } = metrics
  if (!samples || stopped !== 'duration')
    throw new NmgenError(
      'not-calibrated',
      `the calibration ended with ${samples ?? 0} packets${error ? `: ${error.message}` : ''}`,
      Exit.broken,
      'give nmgen CPUs of its own, or leave --calibrate out',
    )
  return { samples, min_ns, mean_ns, p50_ns, p99_ns, max_ns }
}
