import { describe, expect, it } from 'vitest'
import { parseExpectation } from '../profile/expectation.js'
import type { Expectation } from '../profile/model.js'
import { type Metrics, metricNames } from '../units/metrics.js'
import { aPlan, aStream } from './run.testing.js'
import { checkMetrics, evaluate } from './thresholds.js'

const expecting = (metric: string, op: Expectation['op'] = '==', value = 0): Expectation => ({
  text: `${metric} ${op} ${value}`,
  metric,
  op,
  value,
  path: [],
})
const none = Object.fromEntries(metricNames.map(name => [name, null])) as Metrics
const values = { metrics: { ...none, lost: 3 }, streams: { 'a.b': { ...none, lost: 1 } } }

describe('metrics', () => {
  it('are the ones that a profile may name', () => {
    for (const name of metricNames)
      expect(parseExpectation(`${name} == 1`)).toMatchObject({ ok: true, value: { metric: name, value: 1 } })
  })

  it('that do not exist are found before the run, with the nearest that does', () => {
    const check = () => checkMetrics([expecting('los_ratio')], aPlan())
    expect(check).toThrow(
      expect.objectContaining({ code: 'unknown-metric', exit: 3, hint: 'did you mean `loss_ratio`?' }),
    )
  })

  it('may be of one stream, whose name may hold dots', () => {
    const plan = aPlan({ streams: [aStream({ name: 'a.b' })] })
    expect(() => checkMetrics([expecting('streams.a.b.lost')], plan)).not.toThrow()
    expect(() => checkMetrics([expecting('streams.a.lost')], plan)).toThrow(/streams\.a\.lost/)
  })

  it('are all reported at once', () => {
    const check = () => checkMetrics([expecting('foo'), expecting('bar')], aPlan())
    expect(check).toThrow(/`foo`.*`bar`/)
  })
})

describe('thresholds', () => {
  it.each([
    ['==', 3, true],
    ['==', 4, false],
    ['!=', 4, true],
    ['<', 3, false],
    ['<=', 3, true],
    ['>', 3, false],
    ['>=', 3, true],
  ] as const)('3 %s %d is %s', (op, limit, passed) => {
    const [threshold] = evaluate([expecting('lost', op, limit)], values)
    expect(threshold).toMatchObject({ metric: 'lost', op, limit, measured: 3, passed })
  })

  it('look at one stream where asked to', () => {
    expect(evaluate([expecting('streams.a.b.lost', '==', 1)], values)).toMatchObject([
      { passed: true, measured: 1 },
    ])
  })

  it('on what was not measured fail, and say so', () => {
    const received = { ...values, metrics: { ...values.metrics, rx_packets: 5 } }
    expect(evaluate([expecting('duplicates')], received)).toMatchObject([
      { passed: false, measured: null, reason: 'not measured in this run' },
    ])
    const alone = { ...values, metrics: { ...values.metrics, rx_packets: null } }
    expect(evaluate([expecting('duplicates')], alone)).toMatchObject([
      { passed: false, measured: null, reason: expect.stringContaining('--rx') },
    ])
  })
})
