import { describe, expect, it } from 'vitest'
import { contrast, type Rgb } from '../../../test/lab/contrast.js'
import type { Interval } from '../../stats/sampler.js'
import { quoted, table } from './markup.js'
import { missingChart, ratesChart } from './rates.js'
import { linear, logarithmic } from './scale.js'
import { css } from './style.js'

describe('scales', () => {
  it('put round values on the axis, and ends at the ends', () => {
    const scale = linear(0, 873, [100, 0])
    expect(scale.ticks).toEqual([0, 200, 400, 600, 800])
    expect([scale(0), scale(873)]).toEqual([100, 0])
    expect(linear(5, 5, [0, 1]).ticks.length).toBeGreaterThan(1)
  })

  it('of powers of ten clamp what is below them', () => {
    const scale = logarithmic(37, 4100, [0, 30])
    expect(scale.ticks).toEqual([10, 100, 1000, 10_000])
    expect([scale(10), scale(100), scale(10_000), scale(0)]).toEqual([0, 10, 30, 0])
  })
})

const intervals = [1, 2, 3].map(t_s => ({
  t_s,
  interval_s: 1,
  tx_pps: 1e6 * t_s,
  rx_pps: 9e5 * t_s,
  rx_packets: 1,
  missing: t_s,
}))

describe('charts', () => {
  const series = (name: string) => ({ name, intervals: intervals as unknown as Interval[], offered: 2e6 })

  it('have a line for each of offered, sent and received, with names for those who cannot see them', () => {
    const chart = ratesChart([series('one')])
    expect(chart.match(/<polyline/g)).toHaveLength(3)
    expect(chart).toContain('role="img" aria-label="Packets per second: offered, sent, received"')
    expect(ratesChart([series('base'), series('now')])).toContain('now: received')
    expect(missingChart([series('one')])).toContain('<polyline class="line c1"')
  })

  it('show what was asked for by hand', () => {
    const slower = intervals.map((one, k) => ({ ...one, ...(k > 0 && { rate_factor: 0.5 }) }))
    const chart = ratesChart([{ ...series('one'), intervals: slower as unknown as Interval[] }])
    const [, heights] = /dashed"[^>]* points="([^"]*)"/.exec(chart)!
    const [first, second, third] = heights!.split(' ').map(point => Number(point.split(',')[1]))
    expect([second! > first!, third]).toEqual([true, second])
  })

  it('are left out where nothing was measured', () => {
    expect(ratesChart([{ name: 'none', intervals: [], offered: null }])).toBe('')
  })
})

describe('markup', () => {
  it('lets no text become a tag', () => {
    expect(table('<c>', [{ name: '<i>' }], [['<script>"&']])).not.toMatch(/<(c|i|script)>/)
    expect(quoted(`<a href="x" title='y'>`)).toBe('&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;')
  })
})

const rgb = (hex: string): Rgb => {
  const wide = hex.length === 4 ? hex.replace(/[\da-f]/gi, '$&$&') : hex
  return [1, 3, 5].map(at => Number.parseInt(wide.slice(at, at + 2), 16)) as unknown as Rgb
}

describe('colours', () => {
  it('can be told from the ground, by day and by night', () => {
    const schemes = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) =>
      Object.fromEntries(
        [...body!.matchAll(/--(\w+): (#[\da-f]+)/g)].map(([, name, value]) => [name!, value!]),
      ),
    )
    expect(schemes).toHaveLength(2)
    for (const { ground, edge: _, ...colours } of schemes) {
      expect(Object.keys(colours)).toHaveLength(11)
      for (const colour of Object.values(colours))
        expect(contrast(rgb(colour), rgb(ground!))).toBeGreaterThanOrEqual(4.5)
    }
  })
})
