import { describe, expect, it } from 'vitest'
import { chooseCpus } from './cpus.js'

const host = (allowed: number[], isolated: number[] = []) => ({ allowed, isolated })

describe('chooseCpus', () => {
  it('leaves the first CPU to the main thread where there are enough', () => {
    expect(chooseCpus(2, null, host([0, 1, 2, 3]))).toEqual({ cpus: [1, 2], warnings: [] })
  })

  it('says so where there are not', () => {
    const { cpus, warnings } = chooseCpus(2, null, host([0, 1]))
    expect(cpus).toEqual([1, 0])
    expect(warnings.map(({ code }) => code)).toEqual(['no-spare-cpu'])
  })

  it('takes isolated CPUs first', () => {
    expect(chooseCpus(2, null, host([0, 1, 2, 3], [2, 3])).cpus).toEqual([2, 3])
    expect(chooseCpus(3, null, host([0, 1, 2, 3], [2, 3])).cpus).toEqual([1, 2, 3])
  })

  it('warns when queues must take turns on a CPU', () => {
    const { cpus, warnings } = chooseCpus(4, [1], host([0, 1]))
    expect(cpus).toEqual([1, 1, 1, 1])
    expect(warnings.map(({ code }) => code)).toEqual(['cpus-shared'])
  })

  it('refuses a CPU that is not there, and names those that are', () => {
    expect(() => chooseCpus(1, [99], host([0, 1]))).toThrow(
      expect.objectContaining({ code: 'no-such-cpu', exit: 4, hint: expect.stringContaining('0, 1') }),
    )
  })
})
