/** Network interfaces and PCI network devices of this machine, as /sys tells of them. */
import type { Placed } from './cpus.js'
import { Files } from './files.js'
import type { Cpus } from './host.js'
import type { Queue } from './queues.js'

export interface Interface {
  name: string
  /** Kernel driver; of a device without hardware below, its kind. */
  driver: string
  /** Address on its bus, such as 0000:03:00.0. */
  bus: string | null
  mac: string | null
  mtu: number | null
  link: 'up' | 'no carrier' | 'down'
  /** null: unknown, or there is no wire. */
  speedBps: number | null
  /** null: none, or the machine has but one. */
  numaNode: number | null
  txQueues: number
  rxQueues: number
  ethernet: boolean
}

export interface PciDevice {
  address: string
  driver: string | null
  numaNode: number | null
  /** Names of the kernel's interfaces on it; none where DPDK has taken it. */
  interfaces: string[]
}

/** ARPHRD_ETHER and ARPHRD_LOOPBACK of if_arp.h. */
const FRAMED = ['1', '772']

export function readInterfaces(root = '/'): Interface[] {
  const files = new Files(root)
  return files
    .list('sys/class/net')
    .filter(name => files.text(`sys/class/net/${name}/type`) !== null)
    .sort()
    .map(name => readInterface(files, name, readPciDevices(root)))
}

function readInterface(files: Files, name: string, pci: readonly PciDevice[]): Interface {
  const base = `sys/class/net/${name}`
  // virtio's own address says nothing to people, and has no NUMA node.
  const card = pci.find(({ interfaces }) => interfaces.includes(name))
  const bus = card?.address ?? files.link(`${base}/device`)
  const queues = files.list(`${base}/queues`)
  const mbps = Number(files.text(`${base}/speed`) ?? -1)
  return {
    name,
    driver: files.link(`${base}/device/driver`) ?? card?.driver ?? kindOf(files, base),
    bus,
    mac: files.text(`${base}/address`),
    mtu: numberOrNull(files.text(`${base}/mtu`)),
    link: linkOf(files, base),
    // veth and its like claim 10 Gbit/s: only where there is a device is a speed one of a wire.
    speedBps: bus !== null && mbps > 0 ? mbps * 1e6 : null,
    numaNode: card?.numaNode ?? nodeOrNull(files.text(`${base}/device/numa_node`)),
    txQueues: queues.filter(queue => queue.startsWith('tx-')).length,
    rxQueues: queues.filter(queue => queue.startsWith('rx-')).length,
    ethernet: FRAMED.includes(files.text(`${base}/type`) ?? ''),
  }
}

/** Most say what they are (`bridge`, `vlan`, `bond`); of those that do not, a veth's link is another interface. */
function kindOf(files: Files, base: string): string {
  const said = /^DEVTYPE=(\S+)/m.exec(files.text(`${base}/uevent`) ?? '')?.[1]
  if (said !== undefined) return said
  if (files.exists(`${base}/tun_flags`)) return 'tun'
  if (files.text(`${base}/type`) === '772') return 'loopback'
  return files.text(`${base}/iflink`) === files.text(`${base}/ifindex`) ? 'virtual' : 'veth'
}

/** IFF_UP of if.h; the carrier of a device that is down cannot be read. */
function linkOf(files: Files, base: string): Interface['link'] {
  const up = (Number(files.text(`${base}/flags`) ?? 0) & 1) === 1
  if (!up) return 'down'
  return files.text(`${base}/carrier`) === '1' ? 'up' : 'no carrier'
}

/** Class 0x02 is a network controller (PCI Code and ID Assignment Specification). */
export function readPciDevices(root = '/'): PciDevice[] {
  const files = new Files(root)
  const base = 'sys/bus/pci/devices'
  return files
    .list(base)
    .filter(address => files.text(`${base}/${address}/class`)?.startsWith('0x02'))
    .sort()
    .map(address => ({
      address,
      driver: files.link(`${base}/${address}/driver`),
      numaNode: nodeOrNull(files.text(`${base}/${address}/numa_node`)),
      interfaces: interfacesOn(files, address),
    }))
}

/** virtio has a bus of its own between a PCI device and its interface. */
function interfacesOn(files: Files, address: string): string[] {
  const base = `sys/bus/pci/devices/${address}`
  const below = files.list(base).filter(entry => /^virtio\d+$/.test(entry))
  return ['', ...below.map(entry => `/${entry}`)].flatMap(part => files.list(`${base}${part}/net`))
}

/** The NUMA node of the device behind a port's URI; null where it has none. */
export function nodeOfUri(uri: string, root = '/'): number | null {
  if (/^(loop|pcap):/.test(uri)) return null
  const device = uri.slice(uri.indexOf(':') + 1).split(',')[0]!
  const card = readPciDevices(root).find(({ address }) => address === device)
  if (card) return card.numaNode
  // netmap names rings of an interface: `eth3-2`.
  const names = uri.split(/[^\w.-]+/).flatMap(name => [name, name.replace(/(-\d+)+$/, '')])
  return readInterfaces(root).find(({ name }) => names.includes(name))?.numaNode ?? null
}

/** For the choice of CPUs. Where there is one NUMA node, nothing is far. */
export function placed(queues: readonly Pick<Queue, 'port'>[], { nodes }: Pick<Cpus, 'nodes'>): Placed[] {
  const several = new Set(Object.values(nodes)).size > 1
  return queues.map(({ port }) => ({ port: port.name, node: several ? nodeOfUri(port.facts.uri) : null }))
}

/** The kernel says -1 where there is nothing to choose. */
function nodeOrNull(text: string | null): number | null {
  const node = numberOrNull(text)
  return node === null || node < 0 ? null : node
}

function numberOrNull(text: string | null): number | null {
  const number = Number(text ?? Number.NaN)
  return Number.isNaN(number) ? null : number
}
