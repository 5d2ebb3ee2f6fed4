import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { expectToAddUp } from './add-up.js'
import { startNmgen } from './nmgen.js'

/** Seconds; NMGEN_TEST_MEMORY_S=600 is the ten minutes that are promised, 1800 the soak before a release. */
const seconds = Number(process.env.NMGEN_TEST_MEMORY_S ?? 8)
/**
 * What a garbage-collected heap breathes; a leak of one byte a packet would be twelve times that in ten minutes. A short
 * run ends before anything old was collected once: it finds what keeps an object for each packet, some 100 bytes.
 */
const BREATH_KB = (seconds < 60 ? 32 : 5) * 1024

/** Resident memory of a process, proc_pid_status(5); none once it has ended. */
function residentKb(pid: number): number | undefined {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) || undefined
  } catch {
    return undefined
  }
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!

describe('a long run', () => {
  it('takes no more memory as time goes by, and loses no count', {
    timeout: (seconds + 60) * 1000,
  }, async () => {
    const where = ['--rate', '100kpps', '--duration', `${seconds}s`, '--no-out', '--json']
    const run = startNmgen(['run', 'profiles/udp-64b.yaml', ...where], { timeout: (seconds + 40) * 1000 })
    const samples: number[] = []
    for (let resident = residentKb(run.pid!); resident; resident = residentKb(run.pid!)) {
      samples.push(resident)
      await pause(250)
    }
    const { exitCode, stdout } = await run
    expect([0, 11]).toContain(exitCode) // 11: a busy machine missed the rate, which is no matter here
    const result = JSON.parse(String(stdout)) as Result
    expect(result.metrics).toMatchObject({ lost: 0, duplicates: 0, reordered: 0, corrupted: 0 })
    expect(result.metrics.rx_packets).toBe(result.metrics.tx_packets)
    expect(result.metrics.latency_count).toBe(result.metrics.rx_packets)
    expectToAddUp(result)
    const quarter = samples.length >> 2 // the first one is not judged: there all is allocated
    expect(quarter).toBeGreaterThan(seconds / 4)
    const growth = median(samples.slice(-quarter)) - median(samples.slice(quarter, 2 * quarter))
    expect(growth).toBeLessThan(BREATH_KB)
  })
})
