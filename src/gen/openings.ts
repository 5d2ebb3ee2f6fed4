/** Which ports each backend can open on this machine, and of those it cannot, why and what would make it so. */
import type { Interface, PciDevice } from './devices.js'
import type { BackendInfo } from './native.js'

export interface Opening {
  uri: string
  backend: string
  /** null: only opening it tells. */
  available: boolean | null
  reason?: string
  remedy?: string
}

export interface PortDevice {
  name: string
  kind: 'interface' | 'pci'
  driver: string | null
  bus: string | null
  link: Interface['link'] | null
  speed_bps: number | null
  mtu: number | null
  numa_node: number | null
  tx_queues: number | null
  rx_queues: number | null
  mac: string | null
  /** It leads out of this machine: nothing is sent on it unless the profile's `safety` names it. */
  default_route: boolean
  opens_as: Opening[]
}

/** A port that needs no device. */
export interface Software extends Opening {
  doc: string
}

export interface Machine {
  backends: readonly BackendInfo[]
  interfaces: readonly Interface[]
  pci: readonly PciDevice[]
  defaultRoute: readonly string[]
  dpdkDrivers: readonly string[]
  freeHugepages: boolean
}

type Blocked = Pick<Opening, 'reason' | 'remedy'>

/** Drivers that hand the device over to DPDK, and those that DPDK works beside (bifurcated: mlx4, mlx5, MANA). */
const DPDK_KERNEL_DRIVERS = ['vfio-pci', 'uio_pci_generic', 'igb_uio', 'mlx4_core', 'mlx5_core', 'mana']

export const devicesOf = (machine: Machine): PortDevice[] => [
  ...machine.interfaces.filter(({ ethernet }) => ethernet).map(one => interfaceDevice(one, machine)),
  ...machine.pci.map(one => pciDevice(one, machine)),
]

function interfaceDevice(one: Interface, machine: Machine): PortDevice {
  const default_route = machine.defaultRoute.includes(one.name)
  const blocked = default_route ? routed(one.name) : linkBlocks(one)
  const uris = [`afpacket:${one.name}`, `afxdp:${one.name}`, `netmap:${one.name}`]
  const vdev = machine.dpdkDrivers.includes('net_af_packet') ? [`dpdk:net_af_packet0,iface=${one.name}`] : []
  return {
    name: one.name,
    kind: 'interface',
    driver: one.driver,
    bus: one.bus,
    link: one.link,
    speed_bps: one.speedBps,
    mtu: one.mtu,
    numa_node: one.numaNode,
    tx_queues: one.txQueues,
    rx_queues: one.rxQueues,
    mac: one.mac,
    default_route,
    opens_as: [
      ...[...uris, ...vdev].flatMap(uri => opening(uri, machine.backends, blocked)),
      ...opening(`xdp:${one.name}`, machine.backends, blocked).map(untold),
    ],
  }
}

function pciDevice(one: PciDevice, machine: Machine): PortDevice {
  const route = one.interfaces.find(name => machine.defaultRoute.includes(name))
  const blocked = route === undefined ? pciBlocks(one, machine) : routed(route)
  return {
    name: one.address,
    kind: 'pci',
    driver: one.driver,
    bus: one.address,
    link: null,
    speed_bps: null,
    mtu: null,
    numa_node: one.numaNode,
    tx_queues: null,
    rx_queues: null,
    mac: null,
    default_route: route !== undefined,
    opens_as: opening(`dpdk:${one.address}`, machine.backends, blocked),
  }
}

/** Which drivers take frames from XDP programs, and when, stands nowhere in /sys. */
const untold = (xdp: Opening): Opening =>
  xdp.available
    ? {
        ...xdp,
        available: null,
        reason: 'only a run tells whether the driver takes frames from XDP programs',
        remedy: `nmgen run profiles/udp-64b.yaml --count 1 --tx ${xdp.uri}`,
      }
    : xdp

const routed = (name: string): Blocked => ({
  reason: `${name} carries the default route: test traffic would leave this machine`,
  remedy: `in an isolated lab, write \`safety: {interfaces: [${name}]}\` into the profile`,
})

function linkBlocks({ name, link }: Interface): Blocked | undefined {
  if (link === 'up') return undefined
  if (link === 'down') return { reason: `${name} is down`, remedy: `ip link set dev ${name} up` }
  return { reason: `nobody is at the other end of ${name}`, remedy: 'connect its other end and set it up' }
}

function pciBlocks({ address, driver }: PciDevice, { freeHugepages }: Machine): Blocked | undefined {
  if (driver === null || !DPDK_KERNEL_DRIVERS.includes(driver))
    return {
      reason: `${address} belongs to ${driver === null ? 'no driver' : `the kernel's driver ${driver}`}`,
      remedy: `modprobe vfio-pci && dpdk-devbind.py --bind=vfio-pci ${address}`,
    }
  if (freeHugepages) return undefined
  return {
    reason: 'a PCI device needs hugepages and none is free',
    remedy: 'sysctl -w vm.nr_hugepages=512',
  }
}

/** What the backend lacks comes first: without it, nothing about the device matters. None: it is not in this build. */
function opening(uri: string, backends: readonly BackendInfo[], blocked?: Blocked): Opening[] {
  const name = uri.slice(0, uri.indexOf(':'))
  const backend = backends.find(one => one.name === name)
  if (!backend) return []
  const { available, reason, remedy } = backend
  const lacks: Blocked | undefined = available
    ? blocked
    : { ...(reason && { reason }), ...(remedy && { remedy }) }
  return [{ uri, backend: name, available: lacks === undefined, ...lacks }]
}

const VDEVS: Readonly<Record<string, string>> = {
  net_null: 'takes all that is sent, gives empty frames',
  net_ring: 'gives back what is sent, by rings in memory',
  net_tap: 'makes an interface of the kernel: net_tap0,iface=NAME',
  net_memif: 'shared memory with another program, such as VPP: net_memif0,socket=FILE',
  net_vhost: 'a virtual machine by vhost-user: net_vhost0,iface=SOCKET',
}

/** Ports that need no device of this machine. */
export function softwareOf({ backends, dpdkDrivers }: Machine): Software[] {
  const all: [string, string][] = [
    ['loop:NAME', 'a wire in memory from a port to itself'],
    ['pcap:FILE', 'what would be sent, into a file; what was captured, out of one'],
    ['netmap:vale0:1', 'a port of a VALE switch, made when it is opened'],
    ['netmap:p{1', 'one end of a pipe; the other is netmap:p}1'],
    ...Object.entries(VDEVS).flatMap(([driver, doc]): [string, string][] =>
      dpdkDrivers.includes(driver) ? [[`dpdk:${driver}0`, doc]] : [],
    ),
  ]
  return all.flatMap(([uri, doc]) => opening(uri, backends).map(one => ({ ...one, doc })))
}
