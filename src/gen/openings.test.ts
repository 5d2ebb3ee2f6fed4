import { describe, expect, it } from 'vitest'
import type { Interface } from './devices.js'
import type { BackendInfo } from './native.js'
import { devicesOf, type Machine, softwareOf } from './openings.js'

const backend = (name: string, change: Partial<BackendInfo> = {}): BackendInfo => ({
  name,
  doc: '',
  available: true,
  args: [],
  ...change,
})

const eth3: Interface = {
  name: 'eth3',
  driver: 'i40e',
  bus: '0000:03:00.0',
  mac: '3c:fd:fe:00:00:01',
  mtu: 1500,
  link: 'up',
  speedBps: 25e9,
  numaNode: 1,
  txQueues: 8,
  rxQueues: 8,
  ethernet: true,
}
const card = { address: '0000:03:00.0', driver: 'i40e', numaNode: 1, interfaces: ['eth3'] }
const machine: Machine = {
  backends: [
    backend('loop'),
    backend('pcap'),
    backend('afpacket'),
    backend('netmap', { available: false, reason: 'no module', remedy: 'modprobe netmap' }),
    backend('dpdk'),
    backend('xdp'),
  ],
  interfaces: [eth3],
  pci: [card],
  defaultRoute: [],
  dpdkDrivers: ['net_af_packet', 'net_null'],
  freeHugepages: true,
}

const openings = (change: Partial<Machine>) =>
  Object.fromEntries(
    devicesOf({ ...machine, ...change })
      .flatMap(({ opens_as }) => opens_as)
      .map(({ uri, available, reason, remedy }) => [
        uri,
        available ? 'ready' : `${available === null ? '? ' : ''}${reason}; ${remedy}`,
      ]),
  )

describe('what can be opened', () => {
  it('is every device by every backend of this build, or says what it needs', () => {
    expect(openings({})).toEqual({
      'afpacket:eth3': 'ready',
      'netmap:eth3': 'no module; modprobe netmap',
      'dpdk:net_af_packet0,iface=eth3': 'ready',
      'xdp:eth3':
        '? only a run tells whether the driver takes frames from XDP programs; nmgen run profiles/udp-64b.yaml --count 1 --tx xdp:eth3',
      'dpdk:0000:03:00.0':
        "0000:03:00.0 belongs to the kernel's driver i40e; modprobe vfio-pci && dpdk-devbind.py --bind=vfio-pci 0000:03:00.0",
    })
  })

  it('is no interface that carries the default route, and no card below it', () => {
    const found = openings({ defaultRoute: ['eth3'] })
    for (const uri of ['afpacket:eth3', 'dpdk:0000:03:00.0'])
      expect(found[uri]).toMatch(/carries the default route.*safety: \{interfaces: \[eth3\]\}/)
    expect(found['netmap:eth3']).toBe('no module; modprobe netmap')
    expect(devicesOf({ ...machine, defaultRoute: ['eth3'] }).map(one => one.default_route)).toEqual([
      true,
      true,
    ])
  })

  it('needs a link', () => {
    const down = openings({ interfaces: [{ ...eth3, link: 'down' }] })
    expect(down['afpacket:eth3']).toBe('eth3 is down; ip link set dev eth3 up')
    expect(openings({ interfaces: [{ ...eth3, link: 'no carrier' }] })['afpacket:eth3']).toMatch(/other end/)
  })

  it('of a card needs its driver, or one that DPDK works beside, and hugepages', () => {
    const driver = (name: string, freeHugepages = true) =>
      openings({ pci: [{ ...card, driver: name }], freeHugepages })['dpdk:0000:03:00.0']
    expect(driver('vfio-pci')).toBe('ready')
    expect(driver('mlx5_core')).toBe('ready')
    expect(driver('vfio-pci', false)).toMatch(/hugepages.*nr_hugepages/)
  })

  it('leaves interfaces out that carry no Ethernet', () => {
    expect(devicesOf({ ...machine, interfaces: [{ ...eth3, ethernet: false }], pci: [] })).toEqual([])
  })

  it('without a device is what is built in and installed', () => {
    expect(softwareOf(machine).map(({ uri, available }) => [uri, available])).toEqual([
      ['loop:NAME', true],
      ['pcap:FILE', true],
      ['netmap:vale0:1', false],
      ['netmap:p{1', false],
      ['dpdk:net_null0', true],
    ])
  })
})
