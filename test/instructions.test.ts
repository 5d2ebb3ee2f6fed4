import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import bounds from '../bench/core/bounds.json' with { type: 'json' }

interface Counted {
  why: string | null
  instructions: Record<string, number>
}

const counting = execa('node', ['bench/core/count.mjs', '--json'], { timeout: 240_000 })
const { why, instructions } = JSON.parse((await counting).stdout) as Counted

/** What the cost of a packet may grow to with the number of streams that take turns. */
const GROWTH = 1.02

// Counted by callgrind: the same on a busy machine as on an idle one.
describe('instructions a packet', () => {
  it.for(Object.entries(bounds))('%s: at most %d', ([row, most], ctx) => {
    if (why) ctx.skip(why)
    const counted = instructions[row]
    if (counted === undefined) return ctx.skip('DPDK is not installed')
    expect(counted).toBeGreaterThan(0)
    expect(counted).toBeLessThanOrEqual(most)
  })

  it.for(['100 streams', '1,000 streams', '10,000 streams'])(
    `%s cost at most ${GROWTH} times what 10 do`,
    (row, ctx) => {
      if (why) ctx.skip(why)
      const one = instructions['10 streams']
      if (one === undefined) return ctx.skip('DPDK is not installed')
      expect(instructions[row]! / one).toBeLessThanOrEqual(GROWTH)
    },
  )
})
