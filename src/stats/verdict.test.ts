import { describe, expect, it } from 'vitest'
import type { Threshold } from './result.js'
import { exitOf, verdictOf } from './verdict.js'

const failed = { passed: false } as Threshold
const passed = { passed: true } as Threshold
const run = {
  stopped: 'duration' as const,
  streams: [{ pace: 'met' as const }],
  thresholds: [passed],
  sent: 1,
  isOverwhelmed: false,
}

describe('verdict and exit code', () => {
  it.each([
    ['all is well', {}, 'pass', 0],
    ['a threshold failed', { thresholds: [passed, failed] }, 'fail', 10],
    ['the rate was missed', { streams: [{ pace: 'missed' as const }], thresholds: [failed] }, 'invalid', 11],
    ['nothing was sent', { sent: 0 }, 'invalid', 11],
    ['our receiver lost packets', { isOverwhelmed: true, thresholds: [failed] }, 'invalid', 11],
    ['our receiver lost packets that nobody minds', { isOverwhelmed: true }, 'invalid', 11],
    ['the run broke', { stopped: 'failed' as const, thresholds: [failed] }, 'broken', 5],
    ['a packet was too late', { stopped: 'late' as const, thresholds: [failed] }, 'invalid', 11],
    ['Ctrl-C', { stopped: 'interrupted' as const, thresholds: [failed] }, 'interrupted', 130],
    ['SIGTERM', { stopped: 'terminated' as const }, 'interrupted', 143],
  ])('%s', (_, change, verdict, exit) => {
    const input = { ...run, ...change }
    expect(verdictOf(input)).toBe(verdict)
    expect(exitOf({ verdict: verdictOf(input), stopped: input.stopped })).toBe(exit)
  })
})
