import { describe, expect, it } from 'vitest'
import { checkInterfaces, deviceOf, exitOf, namesInterface } from './ports.js'

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
  const uris = ['dpdk:net_af_packet0,iface=eth7']

  it('is refused', () => {
    expect(() => checkInterfaces(uris, safety, ['eth7'])).toThrow(
      expect.objectContaining({ code: 'default-route', exit: 4 }),
    )
  })

  it('is allowed where the profile names it, and any other is', () => {
    checkInterfaces(uris, { ...safety, interfaces: ['eth7'] }, ['eth7'])
    checkInterfaces(uris, safety, ['eth0'])
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
