import { describe, expect, it } from 'vitest'
import { aPlan, aSnapshot } from '../stats/run.testing.js'
import { emptySnapshot, interval } from '../stats/sampler.js'
import { plainStyle } from '../stats/style.js'
import { clock, type LiveState, liveLines, plainLine, sparkline } from './live.js'

const state = (change: Partial<LiveState> = {}): LiveState => ({
  name: 'udp-64b',
  durationS: 10,
  interval: interval(aPlan(), emptySnapshot, aSnapshot()),
  history: [1, 2, 4],
  note: null,
  ...change,
})

describe('the live view', () => {
  it('shows time, rates by port, counts and the last minute', () => {
    expect(liveLines(state(), plainStyle).join('\n')).toMatchInlineSnapshot(`
      "udp-64b  ██████░░░░░░░░░░░░░░░░░░░░░░░░  0:02 / 0:10
                        lab
        Tx         500 kpps
        Tx L1      336 Mbps
        Tx L2      256 Mbps
        Rx         500 kpps
        sent 1,000,000   received 1,000,000   missing 0
        ▃▅█"
    `)
  })

  it('adds a total where there are several ports', () => {
    const { interval } = state()
    const ports = { left: interval.ports.lab!, right: interval.ports.lab! }
    const lines = liveLines(state({ interval: { ...interval, ports } }), plainStyle)
    expect(lines[1]!.trim().split(/\s+/)).toEqual(['left', 'right', 'total'])
  })

  it('says that it is stopping', () => {
    expect(liveLines(state({ note: 'stopping' }), plainStyle).at(-1)).toBe('  stopping')
  })

  it.each([20, 40, 80, 200])('fits in %d columns or in those of its narrowest form', width => {
    const ports = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`port${n}`, state().interval.ports.lab!]),
    )
    const lines = liveLines(state({ interval: { ...state().interval, ports } }), { ...plainStyle, width })
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(Math.max(width, 60))
  })

  it('is ASCII where it must be', () => {
    const text = liveLines(state(), { ...plainStyle, unicode: false }).join('\n')
    expect(text).toMatch(/^[\x20-\x7e\n]+$/)
  })

  it('draws no bar for a run without an end', () => {
    expect(liveLines(state({ durationS: null }), plainStyle)[0]).toBe('udp-64b  0:02')
  })
})

describe('a plain line', () => {
  it('says the same in one line', () => {
    expect(plainLine(state())).toBe('0:02/0:10  tx 500 kpps  336 Mbps L1  rx 500 kpps  missing 0')
  })

  it('is silent about arrivals where nobody listens', () => {
    const deaf = { ...state().interval, rx_packets: null, missing: null }
    expect(plainLine(state({ interval: deaf, durationS: null }))).toBe('0:02  tx 500 kpps  336 Mbps L1')
  })
})

describe('small forms', () => {
  it('clock', () => {
    expect([0, 59.99, 60, 3723].map(clock)).toEqual(['0:00', '0:59', '1:00', '1:02:03'])
  })

  it('sparkline', () => {
    expect(sparkline([0, 4, 8])).toBe('▁▅█')
    expect(sparkline([0, 0])).toBe('')
  })
})
