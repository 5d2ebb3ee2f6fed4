import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseCpus, type Placed } from './cpus.js'
import { type Cpus, readHost } from './host.js'
import {
  hybridLaptop,
  smallVm,
  type Topology,
  topologyFiles,
  twoSockets,
  withRoot,
} from './topologies.testing.js'

const known = new Map<Topology, Cpus>()
function hostOf(topology: Topology): Cpus {
  const host = known.get(topology) ?? withRoot(topologyFiles(topology), root => readHost(root).cpus)
  known.set(topology, host)
  return host
}
const workers = (count: number, node: number | null = null): Placed[] =>
  Array.from({ length: count }, () => ({ port: 'a', node }))
const choose = (topology: Topology, count: number, node: number | null = null) =>
  chooseCpus(workers(count, node), null, hostOf(topology))
const codes = (choice: ReturnType<typeof chooseCpus>) => choice.warnings.map(({ code }) => code)

describe('on a server of two sockets', () => {
  it('takes a core each, on the node of the port, and none of the main thread', () => {
    expect(choose(twoSockets, 3).cpus).toEqual([1, 2, 3])
    const choice = choose(twoSockets, 3, 1)
    expect(choice).toMatchObject({ cpus: [10, 11, 12], warnings: [] })
    expect(choice.reasons[0]).toBe('a core of its own, node 1 as its port')
  })

  it('goes to the other node before it halves a core, and says so', () => {
    const choice = choose(twoSockets, 11, 1)
    expect(choice.cpus).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 1])
    expect(codes(choice)).toEqual(['cpu-on-other-node'])
    expect(choice.warnings[0]!.message).toContain('CPU 1 is on NUMA node 0, but port a')
  })

  it('takes hyper-threads last, and says so', () => {
    const choice = choose(twoSockets, 20)
    expect(choice.cpus.slice(0, 19)).toEqual(Array.from({ length: 19 }, (_, k) => k + 1))
    expect(choice.cpus[19]).toBe(20)
    expect(codes(choice)).toEqual([])
    expect(codes(choose(twoSockets, 21))).toEqual(['cores-shared'])
    expect(choose(twoSockets, 21).reasons[20]).toBe('the core of CPU 1')
  })

  it('gives each port CPUs of its own node', () => {
    const mixed = [...workers(2, 0), ...workers(2, 1)]
    expect(chooseCpus(mixed, null, hostOf(twoSockets)).cpus).toEqual([1, 2, 10, 11])
  })

  it('takes isolated CPUs first, and only what it may use', () => {
    expect(choose({ ...twoSockets, isolated: '7-9' }, 4).cpus).toEqual([7, 8, 9, 1])
    expect(choose({ ...twoSockets, isolated: '7-9' }, 1).reasons).toEqual(['isolated'])
    expect(choose({ ...twoSockets, isolated: '7-9', allowed: '4-8' }, 3).cpus).toEqual([7, 8, 5])
  })
})

describe('on a laptop with two kinds of cores', () => {
  it('takes the fast ones first, then slow ones, and threads of a fast one last', () => {
    expect(choose(hybridLaptop, 12).cpus).toEqual([2, 4, 6, 8, 9, 10, 11, 12, 13, 14, 15, 1])
    expect(choose(hybridLaptop, 4).reasons).toEqual([...Array(3).fill('a core of its own'), 'a slower core'])
  })
})

describe('on a small virtual machine', () => {
  it('shares the first CPU with the main thread where it must, and says so', () => {
    const choice = choose(smallVm, 2)
    expect(choice.cpus).toEqual([1, 0])
    expect(choice.reasons).toEqual(['a core of its own', 'with the main thread'])
    expect(codes(choice)).toEqual(['no-spare-cpu'])
    expect(choose(smallVm, 1)).toMatchObject({ cpus: [1], warnings: [] })
  })

  it('lets queues take turns where they are more than CPUs', () => {
    expect(choose(smallVm, 4).cpus).toEqual([1, 0, 1, 0])
    expect(codes(choose(smallVm, 4))).toEqual(['cpus-shared'])
  })
})

describe('what is asked for', () => {
  it('is done, in that order', () => {
    const { cpus, reasons } = chooseCpus(workers(2), [30, 5], hostOf(twoSockets))
    expect(cpus).toEqual([30, 5])
    expect(reasons).toEqual(['as asked', 'as asked'])
  })

  it('is warned of where it costs', () => {
    expect(codes(chooseCpus(workers(4), [1], hostOf(smallVm)))).toEqual(['cpus-shared'])
    expect(codes(chooseCpus(workers(2), [1, 21], hostOf(twoSockets)))).toEqual(['cores-shared'])
    expect(codes(chooseCpus(workers(1, 1), [1], hostOf(twoSockets)))).toEqual(['cpu-on-other-node'])
  })

  it('is refused where a CPU is not there, with those that are', () => {
    expect(() => chooseCpus(workers(1), [99], hostOf(smallVm))).toThrow(
      expect.objectContaining({ code: 'no-such-cpu', exit: 4, hint: expect.stringContaining('0, 1') }),
    )
  })
})

it('never puts two queues on a CPU while another is free, whatever the machine', () => {
  const host = hostOf(twoSockets)
  fc.assert(
    fc.property(
      fc.subarray(host.allowed, { minLength: 1 }),
      fc.subarray(host.allowed),
      fc.array(fc.constantFrom(null, 0, 1), { minLength: 1, maxLength: 50 }),
      (allowed, isolated, nodes) => {
        const { cpus } = chooseCpus(
          nodes.map(node => ({ port: 'a', node })),
          null,
          { ...host, allowed, isolated },
        )
        expect(cpus).toHaveLength(nodes.length)
        expect(new Set(cpus).size).toBe(Math.min(nodes.length, allowed.length))
        expect(cpus.every(cpu => allowed.includes(cpu))).toBe(true)
      },
    ),
    { numRuns: 50 },
  )
})
