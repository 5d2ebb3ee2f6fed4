import { describe, expect, it } from 'vitest'
import type { RunOutcome } from '../gen/snapshot.js'
import type { Plan } from '../templates/plan.js'
import { aResult } from './result.testing.js'
import {
  anEnvironment,
  anOutcome,
  anRxQueue,
  aPlan,
  aSnapshot,
  aStream,
  aStreamRx,
  aTxQueue,
} from './run.testing.js'

async function codes(outcome: Partial<RunOutcome>, plan: Partial<Plan> = {}, governor: string | null = null) {
  const result = await aResult({
    plan: aPlan(plan),
    outcome: anOutcome(outcome),
    environment: { ...anEnvironment, governor },
  })
  for (const { advice } of result.warnings) expect(advice).toBeTruthy()
  return result.warnings.map(({ code }) => code)
}

const received = (change: Parameters<typeof aStreamRx>[0]) =>
  aSnapshot({ rx: [anRxQueue({ streams: [aStreamRx(change)] })] })
const judgesLoss = [{ text: '', metric: 'loss_ratio', op: '==' as const, value: 0, path: [] }]
const paced = [aStream({ rate: { kind: 'pps', pps: 1e6 } })]

describe('warnings', () => {
  it('are none for a good run', async () => {
    expect(await codes({})).toEqual([])
    expect(await codes({}, {}, 'performance')).toEqual([])
  })

  it.each([
    ['loss that nothing judges', { final: received({ packets: 999_999 }) }, {}, ['loss-not-judged']],
    ['loss that is judged needs none', { final: received({ packets: 999_999 }) }, { expect: judgesLoss }, []],
    ['stale packets', { final: received({ stale: 5 }) }, {}, ['stale']],
    ['more than was sent', { final: received({ packets: 1_000_001 }) }, {}, ['surplus']],
    ['own drops', { final: aSnapshot({ rx: [anRxQueue({ deviceDrops: 1 })] }) }, {}, ['receiver-drops']],
    ['foreign traffic', { final: aSnapshot({ rx: [anRxQueue({ unknown: 1 })] }) }, {}, ['unknown-packets']],
    [
      'late packets',
      { final: aSnapshot({ tx: [aTxQueue({ latePackets: 1 })] }) },
      { streams: paced },
      ['late-packets'],
    ],
    ['skipped packets', { final: aSnapshot({ tx: [aTxQueue({ skipped: 1, unsent: 1 })] }) }, {}, ['skipped']],
    [
      'a missed rate, which makes packets late',
      {
        final: aSnapshot({
          tx: [aTxQueue({ packets: 900_000, latePackets: 1 })],
          rx: [anRxQueue({ streams: [aStreamRx({ packets: 900_000 })] })],
        }),
      },
      { streams: paced },
      ['rate-missed'],
    ],
  ])('%s', async (_, outcome, plan, expected) => {
    expect(await codes(outcome, plan)).toEqual(expected)
  })

  it('name the governor', async () => {
    expect(await codes({}, {}, 'powersave')).toEqual(['governor'])
  })
})
