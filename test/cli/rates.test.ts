/**
 * The short form of bench/accuracy.mjs: at every decade as many packets are due as were asked for, and each was sent or
 * is said not to have been. How many of them a busy machine sends is for the bench, on a quiet one.
 */
import { describe, expect, it } from 'vitest'
import { runJson, whyNoDpdk } from './nmgen.js'

const noDpdk = await whyNoDpdk()
const rates = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000]

describe.for([
  { device: 'loop:x', reason: undefined },
  { device: 'dpdk:net_null0', reason: noDpdk },
])('rates on $device', ({ device, reason }) => {
  it.for(rates)('of %d packets/s', async (pps, ctx) => {
    if (reason) ctx.skip(reason)
    const args = ['--tx', device, '--rate', `${pps}pps`, '--duration', '1s', '--no-out', '--set', 'expect=[]']
    const { result } = await runJson(['profiles/udp-64b.yaml', ...args])
    const { offered_pps, tx_packets, unsent } = result.metrics
    expect(offered_pps).toBe(pps)
    expect(tx_packets! + unsent!).toBe(pps)
    expect(tx_packets).toBeGreaterThan(0)
    if (result.verdict !== 'invalid') expect(unsent).toBeLessThanOrEqual(pps / 100)
  })
})
