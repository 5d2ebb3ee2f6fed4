import { describe, expect, it } from 'vitest'
import type { Profile } from '../profile/model.js'
import { anRxQueue, aPlan, aStream, aTxQueue } from '../stats/run.testing.js'
import { announcement, cpuLine } from './run-announce.js'

const profile = { name: 'udp-64b' } as Profile

describe('what is announced before the first packet', () => {
  it('is target, rate, size, time and seed', () => {
    const ports = [
      { name: 'tx', uri: 'dpdk:0', txQueues: 1, rxQueues: 1, args: [] },
      { name: 'rx', uri: 'dpdk:1', txQueues: 1, rxQueues: 1, args: [] },
    ]
    const streams = [
      aStream({ tx: 'tx', rx: 'rx', rate: { kind: 'bps', bps: 10e9, layer: 1 } }),
      aStream({ name: 'flood', tx: 'tx', rx: null, count: 1_000_000 }),
    ]
    expect(announcement(profile, aPlan({ ports, streams }), '0.1.0')).toEqual([
      'nmgen 0.1.0: udp-64b, 2 streams, seed 42, for 1s',
      '  udp: 64 B at 10Gbps from tx (dpdk:0) to rx (dpdk:1), addressed to 00:00:00:00:00:00',
      '  flood: 1,000,000 x 64 B at line rate from tx (dpdk:0), no receiver, addressed to 00:00:00:00:00:00',
    ])
  })

  it('is no more than a screen', () => {
    const streams = Array.from({ length: 1022 }, (_, id) => aStream({ id, name: `s${id}` }))
    const lines = announcement(profile, aPlan({ streams }), '0.1.0')
    expect(lines).toHaveLength(22)
    expect(lines.at(-1)).toBe('  and 1,002 more streams')
  })

  it('says when it ends', () => {
    const counted = { durationNs: null, streams: [aStream({ count: 5 })] }
    expect(announcement(profile, aPlan(counted), '0')[0]).toMatch(/until all is sent$/)
    expect(announcement(profile, aPlan({ durationNs: null }), '0')[0]).toMatch(/until interrupted$/)
  })

  it('is followed by the CPUs', () => {
    expect(cpuLine({ tx: [aTxQueue()], rx: [anRxQueue({ cpu: null })] })).toBe(
      '  CPUs: lab:0 sends on 1 (a core of its own), lab:0 receives on any',
    )
  })
})
