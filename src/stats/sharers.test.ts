import { describe, expect, it } from 'vitest'
import { ownHistograms } from './sharers.js'

describe('the histograms of some streams', () => {
  const all = [{ streams: [0] }, { streams: [1, 2] }, { streams: [0] }, { streams: [3] }]

  it.each([
    [[0], [0, 2]],
    [[1, 2], [1]],
    [
      [0, 3],
      [0, 2, 3],
    ],
    [[5], []],
  ])('%j are %j', (ids, own) => {
    expect(ownHistograms(all, ids)).toEqual(own.map(k => all[k]))
  })

  it.each([[[1]], [[0, 2]]])('%j are not their own where others are counted with them', ids => {
    expect(ownHistograms(all, ids)).toBeNull()
  })
})
