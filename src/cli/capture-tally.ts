/** What was captured, counted by size and by protocol; and what UDP carried, as text. */
import type { Captured } from '../gen/tap.js'
import { type Dissection, dissect } from '../templates/dissect.js'
import { formatValue } from '../templates/values.js'

const FCS = 4

/** Upper ends of the size classes of RFC 2819 (etherStatsPkts…), bytes with FCS. */
const CLASSES = [64, 127, 255, 511, 1023, 1518] as const

export interface Row {
  packets: number
  /** With FCS. */
  bytes: number
}

const name = (frameBytes: number): string => {
  const at = CLASSES.findIndex(end => frameBytes <= end)
  if (at === 0) return 'to 64'
  return at < 0 ? 'over 1518' : `${CLASSES[at - 1]! + 1} to ${CLASSES[at]}`
}

export class Tally {
  readonly total: Row = { packets: 0, bytes: 0 }
  /** In the order of the classes. */
  readonly sizes = new Map<string, Row>([...CLASSES, 9999].map(end => [name(end), { packets: 0, bytes: 0 }]))
  /** By the names of the headers, outermost first. */
  readonly protocols = new Map<string, Row>()
  /** Packets whose headers there was no time to read. */
  unread = 0

  add({ length, bytes }: Captured, read: boolean): Dissection | undefined {
    const frameBytes = length + FCS
    add(this.total, frameBytes)
    add(this.sizes.get(name(frameBytes))!, frameBytes)
    if (!read) {
      this.unread++
      return undefined
    }
    const dissection = dissect(bytes)
    const key = dissection.layers.map(layer => layer.name).join(' / ') || 'no Ethernet'
    const row = this.protocols.get(key) ?? { packets: 0, bytes: 0 }
    this.protocols.set(key, row)
    add(row, frameBytes)
    return dissection
  }
}

function add(row: Row, bytes: number): void {
  row.packets++
  row.bytes += bytes
}

/** `12:00:01.123456789 198.18.0.1:1024 > 198.19.0.1:53 12 B: text\x00`; undefined: there is no UDP in it. */
export function payloadLine({ timeNs, bytes }: Captured, { layers }: Dissection): string | undefined {
  const at = layers.findLastIndex(layer => layer.name === 'udp')
  const udp = layers[at]
  if (!udp) return undefined
  const ip = layers.slice(0, at).findLast(layer => layer.name.startsWith('ipv'))
  const text = (layer: typeof udp, key: string) => {
    const found = layer.fields.find(field => field.key === key)
    return found ? formatValue(found.field, found.value) : '?'
  }
  const end = (key: string) => `${ip ? text(ip, key) : '?'}:${text(udp, key)}`
  const length = Number(udp.fields.find(({ key }) => key === 'length')?.value ?? 0)
  const carried = bytes.subarray(udp.offset + udp.bytes, udp.offset + Math.max(length, udp.bytes))
  return `${clock(timeNs)} ${end('src')} > ${end('dst')} ${carried.length} B: ${printable(carried)}`
}

function clock(timeNs: bigint): string {
  const time = new Date(Number(timeNs / 1_000_000n)).toISOString().slice(11, 19)
  return `${time}.${(timeNs % 1_000_000_000n).toString().padStart(9, '0')}`
}

/** ASCII as it is; a backslash and every other byte as C writes it, so that it can be read back. */
function printable(bytes: Uint8Array): string {
  const one = (byte: number) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`
  return Array.from(bytes, one).join('')
}
