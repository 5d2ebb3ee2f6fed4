import { describe, expect, it } from 'vitest'
import type { Profile, StreamSpec } from '../profile/model.js'
import { compile } from './compile.js'
import { fieldKey } from './key.js'
import { profile, stream } from './profile.testing.js'

const compiled = (first: Partial<StreamSpec>, second: Partial<StreamSpec>, change: Partial<Profile> = {}) =>
  compile(profile([stream({ name: 'fill', ...first }), stream({ name: 'hold', ...second })], change))

describe('when a stream starts', () => {
  it.each<[string, Partial<StreamSpec>, Partial<StreamSpec>, string[]]>([
    ['after a count', { count: 5 }, { after: ['fill'] }, []],
    ['after a time', { forNs: 5 }, { after: ['fill'] }, []],
    ['after what never ends', {}, { after: ['fill'] }, ['never-ends']],
    ['after a stream of another port', { count: 5, tx: 'b' }, { after: ['fill'] }, ['after-other-port']],
    ['when all is over', {}, { startNs: 10 }, ['never-starts']],
    ['in time', {}, { startNs: 9 }, []],
  ])('%s', (_, first, second, codes) => {
    const { diagnostics, plan } = compiled(first, second, { durationNs: 10 })
    const found = diagnostics.filter(({ path }) => path[2] === 'after' || path[2] === 'start')
    expect(found.map(({ code }) => code)).toEqual(codes)
    expect(plan === undefined).toBe(codes.some(code => code !== 'never-starts'))
  })
})

describe('the plan', () => {
  it('has times, ids and the part of a total', () => {
    const total = { rate: { kind: 'pps', pps: 1000 } as const, share: 25 }
    const { plan } = compiled(
      { count: 5, ...total },
      { after: ['fill'], startNs: 3, forNs: 4, ...total },
      { mix: { runLength: 8 } },
    )
    expect(plan!.streams).toMatchObject([
      { startNs: 0, forNs: null, after: [], rate: { kind: 'pps', pps: 250 }, share: 25, runLength: 8 },
      { startNs: 3, forNs: 4, after: [0] },
    ])
    expect(plan!.streams[0]!.paceKey).toBe(fieldKey(1, '', 'rate a'))
    expect(compiled({}, {}).plan!.streams[1]!.paceKey).toBe(fieldKey(1, 'hold', 'rate'))
  })

  it('goes on where a flag has left a stream out', () => {
    expect(compiled({ after: ['gone'] }, {}).plan!.streams[0]!.after).toEqual([])
  })
})
