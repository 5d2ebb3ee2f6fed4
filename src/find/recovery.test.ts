import { describe, expect, it } from 'vitest'
import { planFor, profile, stream } from '../templates/profile.testing.js'
import { variedStreams } from './at-load.js'
import { atRecovery, recoveryOf } from './recovery.js'

const spec = stream({ name: 'udp', rx: 'b', rate: { kind: 'pps', pps: 1 } })
const canary = stream({ name: 'canary', rx: 'b', rate: { kind: 'pps', pps: 7 } })
const varied = variedStreams(planFor(spec, canary), ['canary'], new Map())
const ask = { loadPps: 1000, durationS: 10 }

describe('system recovery', () => {
  it('overloads, and then sends half as much for half as long, in slots one after the other', () => {
    const { profile: at, frames } = atRecovery(profile([spec, canary]), varied, ask)
    expect([...frames]).toEqual([['udp', 10_000]])
    const [over, beside, ...slots] = at.streams
    expect(over).toMatchObject({ name: 'udp', rate: { kind: 'pps', pps: 1000 }, count: 10_000 })
    expect(beside).toMatchObject({ name: 'canary', rate: { kind: 'pps', pps: 7 }, forNs: 15e9 })
    expect(slots).toHaveLength(100)
    // 50 ms at 500 pps
    for (const slot of slots) expect(slot).toMatchObject({ rate: { kind: 'pps', pps: 500 }, count: 25 })
    expect(slots.map(({ after }) => after)).toEqual([
      ['udp'],
      ...slots.slice(0, -1).map(({ name }) => [name]),
    ])
    expect(at.durationNs).toBeGreaterThan(15e9)
  })

  const { profile: at } = atRecovery(profile([spec]), varied, ask)
  const names = at.streams.slice(1).map(({ name }) => name)
  const lostIn = (...slots: number[]) =>
    Object.fromEntries(names.map((name, i) => [name, { lost: slots.includes(i) ? 3 : 0 }]))

  it('ends with the last slot that lost a frame, and not with the first that lost none', () => {
    expect(recoveryOf(ask, varied, lostIn())).toEqual({ recoveryS: 0, slotS: 0.05 })
    expect(recoveryOf(ask, varied, lostIn(0)).recoveryS).toBeCloseTo(0.05, 9)
    expect(recoveryOf(ask, varied, lostIn(0, 1, 7)).recoveryS).toBeCloseTo(0.4, 9)
  })

  it('has not come where frames are lost to the end', () => {
    expect(recoveryOf(ask, varied, lostIn(99)).recoveryS).toBeNull()
  })
})
