import { expect, it } from 'vitest'
import { joiner } from './joined.js'

interface Both {
  a: number
  b: number | null
  c: string
}

it('is what a spread would be, each time anew', () => {
  const join = joiner<Both>()
  const first = join({ a: 1, b: null }, { c: 'x' })
  const second = join({ a: 2, b: 3 }, { c: 'y' })
  expect([first, second]).toEqual([
    { a: 1, b: null, c: 'x' },
    { a: 2, b: 3, c: 'y' },
  ])
  expect(Object.keys(second)).toEqual(['a', 'b', 'c'])
})

it('gives the later part the last word', () => {
  expect(joiner<Both>()({ a: 1, b: 2, c: '' }, { b: 5 })).toEqual({ a: 1, b: 5, c: '' })
})
