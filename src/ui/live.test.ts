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

const many = Array.from({ length: 80 }, (_, second) => second % 9)

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

  it('where there is little room', () => {
    const late = { ...state().interval, late_packets: 1_234_567 }
    const view = state({ name: 'a-profile-with-a-rather-long-name', interval: late, history: many })
    expect(liveLines(view, { ...plainStyle, width: 60 }).join('\n')).toMatchInlineSnapshot(`
      "a-profile-with-a-rather-long-name  ██░░░░░░░░  0:02 / 0:10
                        lab
        Tx         500 kpps
        Tx L1      336 Mbps
        Tx L2      256 Mbps
        Rx         500 kpps
        sent 1,000,000   received 1,000,000   missing 0
        late 1,234,567
        ▅▅▆▇█▁▂▃▄▅▅▆▇█▁▂▃▄▅▅▆▇█▁▂▃▄▅▅▆▇█▁▂▃▄▅▅▆▇█▁▂▃▄▅▅▆▇█▁▂▃▄▅▅▆▇"
    `)
  })

  it('where there is much room', () => {
    const view = state({ history: many })
    expect(liveLines(view, { ...plainStyle, width: 200 }).join('\n')).toMatchInlineSnapshot(`
      "udp-64b  ██████░░░░░░░░░░░░░░░░░░░░░░░░  0:02 / 0:10
                        lab
        Tx         500 kpps
        Tx L1      336 Mbps
        Tx L2      256 Mbps
        Rx         500 kpps
        sent 1,000,000   received 1,000,000   missing 0
        ▃▄▅▅▆▇█▁▂▃▄▅▅▆▇█▁▂▃▄▅▅▆▇█▁▂▃▄▅▅▆▇█▁▂▃▄▅▅▆▇█▁▂▃▄▅▅▆▇█▁▂▃▄▅▅▆▇"
    `)
  })

  it.each([40, 60, 80, 200])('fits in %d columns', width => {
    const ports = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`port${n}`, state().interval.ports.lab!]),
    )
    const interval = { ...state().interval, ports, late_packets: 1_234_567 }
    const lines = liveLines(state({ interval, history: many }), { ...plainStyle, width })
    expect(lines.filter(line => line.length > width)).toEqual([])
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
