import { describe, expect, it } from 'vitest'
import type { Load, Profile, StreamSpec } from '../profile/model.js'
import { groupsOf } from '../templates/group.js'
import { planFor, profile, stream } from '../templates/profile.testing.js'
import { atLine, atLoad, variedStreams } from './at-load.js'

const pps = (value: number): Load => ({ kind: 'pps', pps: value })
const made = (...streams: Partial<StreamSpec>[]) => {
  const specs = streams.map((change, i) => stream({ name: `s${i}`, rx: 'b', ...change }))
  return { profile: profile(specs), plan: planFor(...specs) }
}
const varied = ({ plan }: ReturnType<typeof made>, fixed: string[] = []) =>
  variedStreams(plan, fixed, new Map())
const ratesOf = ({ streams }: Profile) => streams.map(({ rate, count }) => [rate, count])

describe('a profile at a load', () => {
  it('sends exactly round(load x duration) frames of the busiest port, the others in proportion', () => {
    const test = made({ rate: pps(3) }, { rate: pps(1) }, { rate: pps(2), tx: 'c' })
    const at = atLoad(test.profile, varied(test), { loadPps: 1000, durationS: 0.5 })
    expect(ratesOf(at.profile)).toEqual([
      [pps(750), 375],
      [pps(250), 125],
      [pps(500), 250],
    ])
    expect([...at.frames]).toEqual([['s0', 375], ['s1', 125], ['s2', 250]]) // biome-ignore format: pairs
  })

  it('keeps the shape of a rate, and lets streams at line rate have equal parts', () => {
    const shaped = made({ rate: { kind: 'poisson', rate: { kind: 'pps', pps: 5 } } })
    const [stream] = atLoad(shaped.profile, varied(shaped), { loadPps: 100, durationS: 1 }).profile.streams
    expect(stream!.rate).toEqual({ kind: 'poisson', rate: pps(100) })
    const line = made({}, {})
    expect(ratesOf(atLoad(line.profile, varied(line), { loadPps: 100, durationS: 1 }).profile)).toEqual([
      [pps(50), 50],
      [pps(50), 50],
    ])
  })

  it('takes the place of shares', () => {
    const test = made({ rate: pps(100), share: 75 }, { rate: pps(100), share: 25 })
    const { profile: at } = atLoad({ ...test.profile, rate: pps(100) }, varied(test), {
      loadPps: 1000,
      durationS: 1,
    })
    expect(ratesOf(at)).toEqual([[pps(750), 750], [pps(250), 250]]) // biome-ignore format: pairs
    expect(at.rate).toBeUndefined()
    expect(at.streams.every(({ share }) => share === undefined)).toBe(true)
  })

  it('leaves fixed streams alone, which send for as long as the trial', () => {
    const test = made({ rate: pps(10) }, { rate: pps(7) })
    const { profile: at } = atLoad(test.profile, varied(test, ['s1']), { loadPps: 1000, durationS: 2 })
    expect(at.streams[1]).toMatchObject({ rate: pps(7), forNs: 2e9 })
    expect(at.streams[1]!.count).toBeUndefined()
  })

  it('as a burst has so many frames', () => {
    const test = made({ rate: pps(10) })
    const at = atLoad(test.profile, varied(test), { loadPps: 1e6, durationS: 7e-6, frames: 7 })
    expect(ratesOf(at.profile)).toEqual([[pps(1e6), 7]])
  })

  it('without a limit sends as fast as it goes', () => {
    const test = made({ rate: pps(10), count: 5 }, { rate: pps(7) })
    const at = atLine(test.profile, varied(test, ['s1']), 1)
    expect(ratesOf(at)).toEqual([[{ kind: 'line' }, undefined], [pps(7), undefined]]) // biome-ignore format: pairs
  })
})

describe('a search is refused', () => {
  const cases: [string, Partial<StreamSpec>[], RegExp][] = [
    [
      'of a ramp',
      [{ rate: { kind: 'ramp', from: { kind: 'pps', pps: 1 }, to: { kind: 'pps', pps: 2 }, overNs: 1 } }],
      /changes its rate/,
    ],
    ['of a stream that starts later', [{ rate: pps(1), startNs: 1e9 }], /all the time/],
    ['of rates that cannot be compared', [{ rate: pps(1) }, {}], /proportions are not known/],
    [
      'of a part of a line of unknown speed',
      [{ rate: { kind: 'percent', percent: 5 } }],
      /speed is not known/,
    ],
  ]
  for (const [name, streams, message] of cases)
    it(name, () => expect(() => varied(made(...streams))).toThrow(message))

  it('where nothing is left to vary, and not where the odd one is fixed', () => {
    const test = made({ rate: pps(1) }, { rate: pps(1), startNs: 1e9 })
    expect(() => varied(test, ['s0', 's1'])).toThrow(/every stream is fixed/)
    expect(varied(test, ['s1']).map(({ name }) => name)).toEqual(['s0'])
    expect(groupsOf(test.plan.streams)).toHaveLength(2)
  })
})
