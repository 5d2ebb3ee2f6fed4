import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shareOf } from './shard.js'

it('the shares of all shards add up to the whole', () => {
  fc.assert(
    fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 64 }), (count, stride) => {
      let sum = 0
      for (let index = 0; index < stride; index++) sum += shareOf(count, { index, stride })
      expect(sum).toBe(count)
    }),
  )
})
