/** `nmgen ports` for people: a table of devices, what keeps each from being opened, ports that need none, backends. */
import type { PortDevice, Software } from '../gen/openings.js'
import { marks, paint, type Style } from '../report/style.js'
import { table } from '../report/tables.js'
import { formatRate } from '../units/rate.js'
import type { PortList } from './ports.js'

export function formatPorts({ devices, software, backends }: PortList, style: Style): string {
  const missing = backends.filter(({ available }) => !available)
  const blocks = [
    deviceTable(devices),
    blockedLines(
      devices,
      missing.map(({ name }) => name),
      style,
    ),
    softwareTable(software.filter(({ available }) => available)),
    missing.flatMap(({ name, reason = 'cannot run here', remedy }) =>
      whyNot(`${name}: ${reason}`, remedy, style),
    ),
  ]
  return blocks
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')
}

function deviceTable(devices: readonly PortDevice[]): string[] {
  if (devices.length === 0) return ['  there are no network interfaces here']
  const head = ['device', 'driver', 'link', 'speed', 'node', 'queues', 'MAC', 'opened by']
  return table(head, devices.map(deviceRow), head.length)
}

function deviceRow(device: PortDevice): string[] {
  const { tx_queues, rx_queues, speed_bps, numa_node } = device
  const open = device.opens_as.filter(({ available }) => available)
  return [
    device.name,
    device.driver ?? '-',
    device.link ?? '-',
    speed_bps === null ? '-' : formatRate({ kind: 'bps', bps: speed_bps, layer: 1 }),
    numa_node === null ? '-' : String(numa_node),
    tx_queues === null ? '-' : `${tx_queues} tx, ${rx_queues} rx`,
    device.mac ?? '-',
    open.length > 0
      ? open.map(({ backend }) => backend).join(' ')
      : device.default_route
        ? 'default route'
        : '-',
  ]
}

/** What hinders devices by themselves, each once; what a backend lacks stands with the backend. */
function blockedLines(devices: readonly PortDevice[], missing: readonly string[], style: Style): string[] {
  const own = devices.flatMap(
    ({ opens_as }) => opens_as.find(one => one.available === false && !missing.includes(one.backend)) ?? [],
  )
  const reasons = new Map(own.map(one => [one.reason, one]))
  return [...reasons.values()].flatMap(({ reason = '', remedy }) => whyNot(reason, remedy, style))
}

const softwareTable = (ports: readonly Software[]): string[] =>
  ports.length === 0
    ? []
    : table(
        ['no device needed', 'what it is'],
        ports.map(({ uri, doc }) => [uri, doc]),
        2,
      )

function whyNot(reason: string, remedy: string | undefined, style: Style): string[] {
  const { fail } = marks(style)
  const line = `${paint(style, 'yellow', fail)} ${reason}`
  return remedy === undefined
    ? [line]
    : [line, `${' '.repeat(fail.length + 1)}${paint(style, 'dim', 'fix:')} ${remedy}`]
}
