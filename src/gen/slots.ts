/** The PCI Express link of a device, as /sys says it. */
import { Files } from './files.js'

export function readSlot(bus: string | null, root = '/') {
  const files = new Files(root)
  const text = (name: string) => (bus === null ? null : files.text(`sys/bus/pci/devices/${bus}/${name}`))
  const number = (name: string) => {
    const width = Number(text(name) ?? Number.NaN)
    return Number.isNaN(width) ? null : width
  }
  return {
    width: number('current_link_width'),
    maxWidth: number('max_link_width'),
    speed: text('current_link_speed'),
  }
}
