import { describe, expect, it } from 'vitest'
import type { Looks, RunOutcome } from '../gen/snapshot.js'
import type { Plan } from '../templates/plan.js'
import { aResult } from './result.testing.js'
import { anOutcome, anRxQueue, aPlan, aSnapshot, aStream, aStreamRx, aTxQueue } from './run.testing.js'

/** Of a run of one stream: a million packets sent within a second. */
async function judged(outcome: Partial<RunOutcome>, plan: Partial<Plan> = {}) {
  const result = await aResult({
    plan: aPlan(plan),
    outcome: anOutcome(outcome),
  })
  const warnings = result.warnings.map(({ code }) => code)
  return { verdict: result.verdict, limited_by: result.limited_by, warnings }
}

const asked = (pps: number): Partial<Plan> => ({ streams: [aStream({ rate: { kind: 'pps', pps } })] })
const lossless = { text: '', metric: 'loss_ratio', op: '==' as const, value: 0, path: [] }
const came = (packets: number, deviceDrops = 0) =>
  aSnapshot({ rx: [anRxQueue({ deviceDrops, streams: [aStreamRx({ packets })] })] })
const fullRing = [aTxQueue({ ringFull: 9, ringFullNs: 5e8 })]
const looks = (bursts: number, idles: number): { looks: Looks[] } => ({
  looks: [{ port: 'lab', queue: 0, bursts, idles }],
})
const atWork = looks(15_000, 1_000)
/** A port whose device counts what the host had no room for, or does not. */
const ports = (counters: Record<string, number>) => ({
  ports: [{ port: 'lab', uri: 'x', backend: 'x', facts: {}, linkBps: null, counters }],
})

describe('of a schedule that was kept', () => {
  it('it is the limit where all arrived', async () => {
    expect(await judged({}, asked(1e6))).toMatchObject({ verdict: 'pass', limited_by: 'pacing' })
  })

  it('the device is where it lost some, and its loss fails what expects none', async () => {
    const sink = await judged({ final: came(600_000) }, { ...asked(1e6), expect: [lossless] })
    expect(sink).toMatchObject({ verdict: 'fail', limited_by: 'device' })
  })

  it('the device is no limit where nothing was to come through', async () => {
    const blocked = await judged({ final: came(0) }, asked(1e6))
    expect(blocked).toMatchObject({ limited_by: 'pacing' })
  })

  it('our receiver is where it lost some itself, whatever is expected', async () => {
    for (const expect_ of [[], [lossless]])
      expect(await judged({ final: came(600_000, 1) }, { ...asked(1e6), expect: expect_ })).toEqual({
        verdict: 'invalid',
        limited_by: 'receiver',
        warnings: expect.arrayContaining(['receiver-drops']),
      })
  })

  it('our receiver is not where it lost what nobody sent', async () => {
    expect(await judged({ final: came(1_000_000, 5) }, asked(1e6))).toMatchObject({
      verdict: 'pass',
      limited_by: 'pacing',
      warnings: ['receiver-drops'],
    })
  })
})

describe('a receiver that always had work', () => {
  it('may have lost what is missing where its device counts no drops', async () => {
    const blind = { final: came(600_000), ...atWork, ...ports({}) }
    expect(await judged(blind, { ...asked(1e6), expect: [lossless] })).toMatchObject({
      verdict: 'invalid',
      limited_by: 'receiver',
      warnings: ['receiver-busy'],
    })
  })

  it('has not lost it where its device counts drops and had none', async () => {
    const counted = { final: came(600_000), ...atWork, ...ports({ rx_missed: 0 }) }
    expect(await judged(counted, { ...asked(1e6), expect: [lossless] })).toMatchObject({
      verdict: 'fail',
      limited_by: 'device',
    })
  })

  it.each([
    ['one that found nothing a tenth of the times had time to spare', looks(9_000, 1_000)],
    ['one that looked a few times proves nothing', looks(900, 0)],
  ])('%s', async (_, seen) => {
    const blind = { final: came(600_000), ...seen, ...ports({}) }
    expect(await judged(blind, asked(1e6))).toMatchObject({ verdict: 'pass', limited_by: 'device' })
  })
})

describe('of a rate that was missed, or of one without a schedule', () => {
  const missed = asked(2e6)

  it('whatever the device lost, the run says nothing about it', async () => {
    const lost = await judged({ final: came(600_000) }, { ...missed, expect: [lossless] })
    expect(lost).toMatchObject({ verdict: 'invalid', limited_by: 'generator' })
  })

  it('a full ring is the limit, or the receiver that should have emptied it', async () => {
    const final = aSnapshot({ tx: fullRing })
    expect(await judged({ final }, missed)).toMatchObject({ verdict: 'invalid', limited_by: 'ring' })
    expect(await judged({ final, ...atWork }, missed)).toMatchObject({ limited_by: 'receiver' })
    expect(await judged({ final, ...atWork })).toMatchObject({ verdict: 'pass', limited_by: 'receiver' })
  })

  it('without a schedule the device is the limit where it loses some', async () => {
    expect(await judged({ final: came(600_000) })).toMatchObject({ verdict: 'pass', limited_by: 'device' })
  })
})
