import { describe, expect, it } from 'vitest'
import { levelOf } from './log.js'

describe('NMGEN_LOG', () => {
  it.each([
    [undefined, 'warn'],
    ['debug', 'debug'],
    ['DEBUG', 'debug'],
    ['loud', 'warn'],
  ])('%s is level %s', (text, level) => {
    expect(levelOf(text)).toBe(level)
  })
})
