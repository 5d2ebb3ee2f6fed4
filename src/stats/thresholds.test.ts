import { describe, expect, it } from 'vitest'
import { parseExpectation } from '../profile/expectation.js'
import type { Expectation } from '../profile/model.js'
import { type Metrics, metricNames } from '../units/metrics.js'
import { aPlan, aStream } from './run.testing.js'
import { evaluate, unknownMetrics } from './thresholds.js'

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
    const expectation = expecting('los_ratio')
    expect(unknownMetrics([expectation], aPlan())).toEqual([
      { expectation, hint: 'did you mean `loss_ratio`?' },
    ])
  })

  it('may be of one stream, whose name may hold dots', () => {
    const plan = aPlan({ streams: [aStream({ name: 'a.b' })] })
    const [right, wrong] = [expecting('streams.a.b.lost'), expecting('streams.a.lost')]
    expect(unknownMetrics([right, wrong], plan).map(({ expectation }) => expectation)).toEqual([wrong])
  })

  it('may be of one group, or of each of them', () => {
    const account = {
      fields: ['vlan.priority'],
      groups: ['vlan.priority=5'],
      period: 1,
      frames: [],
      sequence: [],
      sizeDraw: null,
    }
    const plan = aPlan({
      account: ['vlan.priority'],
      streams: [aStream({ account: { ...account, programs: [] } })],
    })
    const known = [
      'account[vlan.priority=5].lost',
      'account[*].outage_ns',
      'streams.udp[vlan.priority=5].rx_packets',
    ]
    const not = [
      'account[vlan.priority=6].lost',
      'streams.tcp[*].lost',
      'account[vlan.priority=5].tx_pps',
      'account.lost',
    ]
    const unknown = unknownMetrics(
      [...known, ...not].map(metric => expecting(metric)),
      plan,
    )
    expect(unknown.map(({ expectation }) => expectation.metric)).toEqual(not)
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
