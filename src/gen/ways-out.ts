/** Where frames leave this machine: what carries the default route, what lies below and above it, and its PCI device. */
import { readPciDevices } from './devices.js'
import { Files } from './files.js'

export interface WayOut {
  /** An interface, or the PCI address of a device that keeps its kernel driver beside DPDK (mlx5). */
  name: string
  /** The interface that carries the default route; the same, or the one that it leads to. */
  route: string
}

export function waysOut(defaultRoute: readonly string[], root = '/'): WayOut[] {
  const files = new Files(root)
  const pci = readPciDevices(root)
  return defaultRoute.flatMap(route => {
    const below = reached(files, [route], 'lower')
    const interfaces = reached(files, below, 'upper')
    const devices = pci.filter(one => one.interfaces.some(name => interfaces.includes(name)))
    return [...interfaces, ...devices.map(({ address }) => address)].map(name => ({ name, route }))
  })
}

/** The members of a bond or a bridge below it, the VLANs above: /sys/class/net has a link to each. */
function reached(files: Files, from: readonly string[], way: 'lower' | 'upper'): string[] {
  const found = new Set(from)
  for (const name of found)
    for (const entry of files.list(`sys/class/net/${name}`))
      if (entry.startsWith(`${way}_`)) found.add(entry.slice(way.length + 1))
  return [...found]
}
