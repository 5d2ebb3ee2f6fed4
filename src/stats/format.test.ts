import { describe, expect, it } from 'vitest'
import { count, magnitude, nanoseconds, percent } from './format.js'

describe('numbers for people', () => {
  it.each([
    [0, '0 pps'],
    [7, '7 pps'],
    [999, '999 pps'],
    [999.96, '1.000 kpps'],
    [1000, '1 kpps'],
    [14_880_952, '14.88 Mpps'],
    [812_743, '812.7 kpps'],
  ])('%d is %s', (value, text) => {
    expect(magnitude(value, 'pps')).toBe(text)
  })

  it.each([
    [0, '0 ns'],
    [850, '850 ns'],
    [12_500, '12.50 us'],
    [1_204_000, '1.204 ms'],
    [2.5e9, '2.500 s'],
    [60e9, '60 s'],
  ])('%d ns is %s', (ns, text) => {
    expect(nanoseconds(ns)).toBe(text)
  })

  it('never rounds loss to nothing', () => {
    expect(percent(0)).toBe('0 %')
    expect(percent(1e-9)).toBe('1.00e-7 %')
    expect(percent(0.00123456)).toBe('0.1235 %')
    expect(percent(0.99999999)).not.toBe('100 %')
  })

  it('groups counts by thousands', () => {
    expect(count(12345678)).toBe('12,345,678')
  })
})
