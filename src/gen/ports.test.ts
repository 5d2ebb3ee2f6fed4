import { describe, expect, it } from 'vitest'
import { aPlan, aStream } from '../stats/run.testing.js'
import { checkBounded, checkInterfaces, deviceOf, exitOf, namesInterface } from './ports.js'

const safety = { allow: [], interfaces: [], lab: false }

describe('the device behind a URI', () => {
  it.each([
    ['loop:lab', 'loop:lab'],
    ['dpdk:net_null0,size=60', 'dpdk:net_null0'],
    ['dpdk:net_af_packet0,iface=veth0,qpairs=2', 'interface veth0'],
    ['dpdk:net_af_xdp3,iface=veth0', 'interface veth0'],
  ])('%s is %s', (uri, device) => expect(deviceOf(uri)).toBe(device))

  it.each([
    'dpdk:net_af_packet0,iface=eth3',
    'dpdk:net_pcap0,tx_iface=eth3',
    'dpdk:net_tap0,iface=tap0,remote=eth3',
    'dpdk:net_failsafe0,dev(net_af_packet0,iface=eth3)',
    'afpacket:eth3',
    'netmap:eth3^',
  ])('%s sends on eth3', uri => expect(namesInterface(uri, 'eth3')).toBe(true))

  it.each(['loop:eth3', 'dpdk:net_af_packet0,iface=eth30', 'dpdk:0000:03:00.0', 'pcap:eth3.pcap'])(
    '%s does not',
    uri => expect(namesInterface(uri, 'eth3')).toBe(false),
  )
})

describe('the interface that leads out of the machine', () => {
  const ways = ['eth7', 'bond0', '0000:03:00.0'].map(name => ({ name, route: 'eth7' }))
  const uris = [
    'dpdk:net_af_packet0,iface=eth7',
    'netmap:eth7-2',
    'afpacket:bond0',
    'dpdk:0000:03:00.0',
    'dpdk:03:00.0,txq_inline_max=0',
  ]

  it.each(uris)('is refused: %s', uri => {
    expect(() => checkInterfaces([uri], safety, ways)).toThrow(
      expect.objectContaining({ code: 'default-route', exit: 4 }),
    )
  })

  it.each(uris)('is allowed where the profile names it: %s', uri => {
    checkInterfaces([uri], { ...safety, interfaces: ['eth7'] }, ways)
  })

  it('is no other', () => {
    checkInterfaces(['afpacket:eth70', 'dpdk:0000:04:00.0', 'dpdk:0001:03:00.0', 'loop:eth7'], safety, ways)
  })
})

describe('a run that nobody attends', () => {
  const bounded = expect.objectContaining({ code: 'unbounded', exit: 3 })
  const endless = aPlan({ durationNs: null, streams: [aStream({ count: null })] })

  it('is refused without a duration and without a count', () => {
    expect(() => checkBounded(endless, false)).toThrow(bounded)
    const both = [aStream({ count: 5 }), aStream({ count: null })]
    expect(() => checkBounded(aPlan({ durationNs: null, streams: both }), false)).toThrow(bounded)
  })

  it('is allowed with either, and at a terminal', () => {
    checkBounded({ ...endless, durationNs: 1e9 }, false)
    checkBounded(aPlan({ durationNs: null, streams: [aStream({ count: 5 })] }), false)
    checkBounded(aPlan({ durationNs: null, streams: [aStream({ forNs: 1e9 })] }), false)
    checkBounded(endless, true)
  })

  it('never fills a disk, at a terminal either', () => {
    const [port] = endless.ports
    const file = { ...endless, ports: [{ ...port!, uri: 'pcap:a.pcap' }] }
    expect(() => checkBounded(file, true)).toThrow(bounded)
    checkBounded({ ...file, durationNs: 1e9 }, true)
  })
})

it('blames the profile for what it wrote and the machine for what it lacks', () => {
  expect([
    exitOf('unknown-backend'),
    exitOf('bad-argument'),
    exitOf('no-interface'),
    exitOf('dpdk-missing'),
  ]).toEqual([3, 3, 4, 4])
})
