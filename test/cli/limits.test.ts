/** What a result says was the limit, and what it is worth then, of real runs: who is slow is made so. */
import { describe, expect, it } from 'vitest'
import { Lab, type Link, whyNoLab } from '../lab/netns.js'
import { expectToAddUp } from './add-up.js'
import { runJson, whyNoBackend } from './nmgen.js'

const udp = 'profiles/udp-64b.yaml'
const noLab = (await whyNoLab('taskset')) ?? (await whyNoBackend('afpacket'))

/** 0.6 of a million packets a second come through; a busy machine may send its million in 1.3 s. */
const sink = ['--tx', 'loop:sink,capacity=600000,depth=10000', '--set', 'pacing={tolerance: 20%}']

describe('behind a device that carries 0.6 Mpps', () => {
  it('a million packets a second that were sent make a loss of the device: exit 10', async () => {
    const { code, result } = await runJson([udp, ...sink, '--rate', '1Mpps', '--count', '1M', '--no-out'])
    expect([code, result.verdict, result.limited_by]).toEqual([10, 'fail', 'device'])
    expect(result.metrics.tx_packets).toBe(1_000_000)
    expect(result.metrics.lost).toBeGreaterThan(0)
    expect(result.metrics.lost).toBe(result.ports[0]?.counters.lost_in_wire)
    expect(result.thresholds).toMatchObject([{ text: 'loss_ratio == 0', passed: false }])
    expectToAddUp(result)
  })

  it('a rate that nmgen does not reach says nothing of the device: exit 11', async () => {
    const { code, result } = await runJson([
      udp,
      ...sink,
      '--rate',
      '1000000Mpps',
      '--duration',
      '300ms',
      '--no-out',
    ])
    expect([code, result.verdict]).toEqual([11, 'invalid'])
    expect(result.limited_by).toMatch(/^(generator|ring|receiver)$/)
    expect(result.warnings.map(({ code }) => code)).toContain('rate-missed')
    expect(result.metrics.lost).toBe(result.ports[0]?.counters.lost_in_wire)
    expectToAddUp(result)
  })

  it('what it can carry comes through, and the schedule is the limit', async () => {
    const { code, result } = await runJson([udp, ...sink, '--rate', '10kpps', '--count', '2000', '--no-out'])
    expect([code, result.verdict, result.limited_by]).toEqual([0, 'pass', 'pacing'])
    expect(result.metrics.lost).toBe(0)
  })
})

describe('a receiver of our own that is too slow', () => {
  it('has lost what no device has: exit 11, whatever was expected', async ctx => {
    if (noLab) ctx.skip(noLab)
    const lab = await Lab.create({ pairs: 2, bridge: true })
    try {
      const [from, to] = lab.links as [Link, Link]
      // While the sender has their CPU, a ring of 128 KiB is over after a hundred frames.
      const ports = ['--tx', `afpacket:${from.near}`, '--rx', `afpacket:${to.near},blocks=2`]
      const set = [`streams.udp.layers.ethernet.dst=${to.nearMac}`, 'streams.udp.frame=1500B']
      const { code, result } = await runJson(
        [udp, ...ports, '--count', '20000', '--no-out', ...set.flatMap(one => ['--set', one])],
        { through: ['taskset', '-c', '0'] },
      )
      expect([code, result.verdict, result.limited_by]).toEqual([11, 'invalid', 'receiver'])
      expect(result.ports[1]?.device_drops).toBeGreaterThan(0)
      expect(result.ports[1]?.device_drops).toBeLessThanOrEqual(result.metrics.lost!)
      expect(result.warnings.map(({ code }) => code)).toContain('receiver-drops')
      expectToAddUp(result)
    } finally {
      await lab.dispose()
    }
  })
})
