import { EventEmitter } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import type { Run } from '../gen/engine-api.js'
import type { RunOutcome } from '../gen/snapshot.js'
import type { Sample } from '../report/report.js'
import { anOutcome, aPlan, aSnapshot, aTxQueue } from '../stats/run.testing.js'
import type { View } from '../ui/terminal.js'
import { follow } from './run-follow.js'
import { stopOnSignals } from './run-signals.js'

const silent: View = { mode: 'none', redraw: () => {}, tick: () => {}, say: () => {}, close: () => {} }

/** A run that sends a packet a nanosecond, in the time of fake timers. */
function aRun(seconds: number) {
  const began = Date.now()
  const at = () => {
    const elapsedNs = (Date.now() - began) * 1e6
    return aSnapshot({ elapsedNs, tx: [aTxQueue({ packets: elapsedNs })] })
  }
  const run: Run = {
    snapshot: at,
    histograms: () => ({ latency: [], schedule: [], lateness: [] }),
    stop: () => {},
    setRate: () => {},
    begun: Promise.resolve(),
    done: new Promise<RunOutcome>(resolve => {
      setTimeout(() => resolve(anOutcome({ final: at() })), seconds * 1000)
    }),
  }
  return run
}

describe('following a run', () => {
  it('records every second and the rest, and redraws at most ten times a second', async () => {
    vi.useFakeTimers()
    const samples: Sample[] = []
    const redraw = vi.fn()
    const looks = vi.fn()
    const watchers = [{ sample: (sample: Sample) => void samples.push(sample), look: looks }]
    const view = { ...silent, redraw }
    const outcome = follow(aRun(2.5), { plan: aPlan(), view, watchers, note: () => null })
    await vi.advanceTimersByTimeAsync(2500)
    await outcome
    vi.useRealTimers()
    const ends = samples.map(({ interval }) => interval.t_s)
    expect(ends).toHaveLength(3)
    expect(ends[0]).toBeCloseTo(1, 1)
    expect(ends.at(-1)).toBe(2.5)
    const packets = samples.reduce((total, { interval }) => total + interval.tx_pps * interval.interval_s, 0)
    expect(packets).toBeCloseTo(2.5e9, -3)
    expect(redraw.mock.calls.length).toBeLessThanOrEqual(25)
    expect(looks.mock.lastCall).toEqual([(await outcome).final])
  })

  it('looks once a second where nobody watches', async () => {
    vi.useFakeTimers()
    const samples: Sample[] = []
    const run = aRun(3.5)
    const snapshot = vi.spyOn(run, 'snapshot')
    const watchers = [{ sample: (sample: Sample) => void samples.push(sample) }]
    const outcome = follow(run, { plan: aPlan(), view: silent, watchers, note: () => null })
    await vi.advanceTimersByTimeAsync(3500)
    await outcome
    vi.useRealTimers()
    expect(snapshot).toHaveBeenCalledTimes(3)
    expect(samples.map(({ interval }) => interval.t_s)).toEqual([1, 2, 3, 3.5])
  })
})

describe('signals', () => {
  const setUp = () => {
    const source = new EventEmitter()
    const quit = vi.fn()
    const stop = vi.fn()
    return { source, quit, stop, stopper: stopOnSignals(source, quit) }
  }

  it.each([
    ['SIGINT', 'interrupted', 130],
    ['SIGTERM', 'terminated', 143],
  ])('%s once stops, twice quits', (signal, reason, code) => {
    const { source, quit, stop, stopper } = setUp()
    stopper.attach({ stop })
    source.emit(signal)
    expect(stop).toHaveBeenCalledWith(reason)
    expect(stopper.note()).toMatch(/again to quit/)
    expect(quit).not.toHaveBeenCalled()
    source.emit(signal)
    expect(quit).toHaveBeenCalledWith(code)
  })

  it('before the run has started stop it as soon as it has', () => {
    const { source, stop, stopper } = setUp()
    source.emit('SIGINT')
    stopper.attach({ stop })
    expect(stop).toHaveBeenCalledWith('interrupted')
  })

  it('are left alone afterwards', () => {
    const { source, stopper } = setUp()
    stopper.release()
    expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0)
  })
})
