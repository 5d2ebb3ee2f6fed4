import { describe, expect, it } from 'vitest'
import { nodeOfUri, readInterfaces, readPciDevices } from './devices.js'
import { dpdkDrivers } from './dpdk-drivers.js'
import { withRoot } from './topologies.testing.js'

const net = 'sys/class/net'
const pci = 'sys/bus/pci/devices'

/** A NIC with an interface, one that DPDK has, a virtio card, a veth, a bridge, and a tunnel that is no Ethernet. */
const files = {
  [`${pci}/0000:03:00.0/class`]: '0x020000',
  [`${pci}/0000:03:00.0/numa_node`]: '1',
  [`${pci}/0000:03:00.0/net/eth3/mtu`]: '1500',
  [`${pci}/0000:03:00.1/class`]: '0x020000',
  [`${pci}/0000:03:00.1/numa_node`]: '0',
  [`${pci}/0000:00:03.0/class`]: '0x020000',
  [`${pci}/0000:00:03.0/numa_node`]: '-1',
  [`${pci}/0000:00:03.0/virtio2/net/eth0/mtu`]: '1500',
  [`${pci}/0000:00:02.0/class`]: '0x030000',
  [`${net}/eth3/type`]: '1',
  [`${net}/eth3/address`]: '3c:fd:fe:00:00:01',
  [`${net}/eth3/flags`]: '0x1003',
  [`${net}/eth3/carrier`]: '1',
  [`${net}/eth3/speed`]: '25000',
  [`${net}/eth3/mtu`]: '9000',
  [`${net}/eth3/queues/rx-0/rps_cpus`]: '0',
  [`${net}/eth3/queues/rx-1/rps_cpus`]: '0',
  [`${net}/eth3/queues/tx-0/xps_cpus`]: '0',
  [`${net}/eth0/type`]: '1',
  [`${net}/eth0/flags`]: '0x1003',
  [`${net}/veth0/type`]: '1',
  [`${net}/veth0/flags`]: '0x1002',
  [`${net}/veth0/speed`]: '10000',
  [`${net}/veth0/ifindex`]: '7',
  [`${net}/veth0/iflink`]: '8',
  [`${net}/br0/type`]: '1',
  [`${net}/br0/uevent`]: 'DEVTYPE=bridge\nINTERFACE=br0',
  [`${net}/tun0/type`]: '65534',
}
const links = {
  [`${pci}/0000:03:00.0/driver`]: '../../../bus/pci/drivers/i40e',
  [`${pci}/0000:03:00.1/driver`]: '../../../bus/pci/drivers/vfio-pci',
  [`${net}/eth3/device`]: '../../../0000:03:00.0',
}

describe('devices', () => {
  it('are read with what a user chooses by', () => {
    const [bridge, eth0, eth3, tun, veth] = withRoot(files, readInterfaces, links)
    expect(eth3).toEqual({
      name: 'eth3',
      driver: 'i40e',
      bus: '0000:03:00.0',
      mac: '3c:fd:fe:00:00:01',
      mtu: 9000,
      link: 'up',
      speedBps: 25e9,
      numaNode: 1,
      txQueues: 1,
      rxQueues: 2,
      ethernet: true,
    })
    expect(bridge).toMatchObject({ driver: 'bridge', link: 'down' })
    expect(eth0).toMatchObject({ bus: '0000:00:03.0', numaNode: null, link: 'no carrier' })
    expect(veth).toMatchObject({ driver: 'veth', speedBps: null, link: 'down' })
    expect(tun).toMatchObject({ ethernet: false })
  })

  it('on PCI are those of class 2, with their interfaces, whoever has them', () => {
    expect(withRoot(files, readPciDevices, links)).toEqual([
      { address: '0000:00:03.0', driver: null, numaNode: null, interfaces: ['eth0'] },
      { address: '0000:03:00.0', driver: 'i40e', numaNode: 1, interfaces: ['eth3'] },
      { address: '0000:03:00.1', driver: 'vfio-pci', numaNode: 0, interfaces: [] },
    ])
  })

  it.each([
    ['dpdk:0000:03:00.1', 0],
    ['dpdk:0000:03:00.0,eal=-m+64', 1],
    ['afxdp:eth3,slots=512', 1],
    ['netmap:eth3-0-3', 1],
    ['netmap:eth3^', 1],
    ['dpdk:net_af_packet0,iface=eth3', 1],
    ['dpdk:net_null0', null],
    ['loop:eth3', null],
  ])('%s is on node %s', (uri, node) => {
    expect(withRoot(files, root => nodeOfUri(uri, root), links)).toBe(node)
  })

  it('of a machine without /sys are none', () => {
    expect(withRoot({}, root => [readInterfaces(root), readPciDevices(root)])).toEqual([[], []])
  })
})

it("DPDK's drivers are those beside the library that is loaded", () => {
  const maps = '7f00-7f01 r-xp 00001000 08:01 99                         /opt/lib/librte_eal.so.23.0'
  const found = { 'proc/self/maps': maps, 'opt/lib/dpdk/pmds-23.0/librte_net_null.so': '' }
  const other = { 'opt/lib/dpdk/pmds-23.0/librte_bus_pci.so': '' }
  expect(withRoot({ ...found, ...other }, dpdkDrivers)).toEqual(['net_null'])
  expect(withRoot(other, dpdkDrivers)).toEqual([])
})
