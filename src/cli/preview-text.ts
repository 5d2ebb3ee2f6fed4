import type { FieldView, LayerView, PacketView } from '../library/packet.js'
import { paint, type Style } from '../stats/style.js'
import type { StreamPlan } from '../templates/plan.js'

const bytesPerLine = 16

/** A head line, a line for each layer, the bytes; a star marks what changes from packet to packet. */
export function packetText(view: PacketView, style: Style): string {
  const { stream, frame, bytes, layers, payload, signature } = view
  const head = paint(style, 'bold', `${stream.name} #${frame}`) + labelsOf(stream)
  const rest = [
    ...(signature ? [line('signature', `${signature.bytes} bytes at ${signature.offset}`)] : []),
    ...(payload.bytes > 0 ? [line('payload', `${payload.bytes} bytes at ${payload.offset}`)] : []),
  ]
  return [
    `${head}  ${bytes.length + 4} bytes with FCS`,
    ...layers.map(layer => layerLine(layer, style)),
    ...rest,
    ...hexDump(bytes).map(text => `  ${paint(style, 'dim', text)}`),
    '',
  ].join('\n')
}

/** The alternatives that the profile names. */
const labelsOf = ({ member }: StreamPlan): string =>
  member && member.labels.length > 0 ? ` (${member.labels.join(', ')})` : ''

/** Once for each stream or alternative, below its packets. */
export function variesText({ stream, layers }: PacketView): string {
  const changes = layers.flatMap(layer => layer.fields.flatMap(field => field.varies))
  if (changes.length === 0) return ''
  return `${stream.name}${labelsOf(stream)}, what varies (*):\n${changes.map(change => `  ${change}\n`).join('')}`
}

const line = (name: string, text: string): string => `  ${name.padEnd(9)} ${text}`

const layerLine = ({ name, fields }: LayerView, style: Style): string =>
  line(name, fields.map(field => fieldText(field, style)).join('  '))

function fieldText({ name, text, varies }: FieldView, style: Style): string {
  return varies.length === 0 ? `${name} ${text}` : `${name} ${paint(style, 'yellow', `${text}*`)}`
}

/** Offset, sixteen bytes, and what of them is ASCII; without the FCS, which the card adds. */
function hexDump(bytes: Uint8Array): string[] {
  return Array.from({ length: Math.ceil(bytes.length / bytesPerLine) }, (_, i) => {
    const row = [...bytes.subarray(i * bytesPerLine, (i + 1) * bytesPerLine)]
    const offset = (i * bytesPerLine).toString(16).padStart(4, '0')
    const hex = row.map(byte => byte.toString(16).padStart(2, '0'))
    const halves = `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`
    const ascii = row.map(byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
    return `${offset}  ${halves.padEnd(bytesPerLine * 3)}  ${ascii.join('')}`
  })
}

/** Schema `nmgen.preview/1`. Numbers beyond 2^53 and addresses are text. */
export function packetJson(view: PacketView): object {
  const { stream, frame, timeNs, bytes, layers, payload, signature } = view
  return {
    stream: stream.name,
    packet: exact(frame),
    ...(stream.member && { alternatives: stream.member.labels }),
    time_ns: Math.round(timeNs),
    frame_bytes: bytes.length + 4,
    layers: layers.map(({ name, offset, fields }) => ({
      name,
      offset,
      fields: Object.fromEntries(fields.map(field => [field.name, fieldJson(field)])),
    })),
    varies: layers.flatMap(layer => layer.fields.flatMap(field => field.varies)),
    payload,
    signature,
    hex: Buffer.from(bytes).toString('hex'),
  }
}

const fieldJson = ({ value, text }: FieldView): number | string =>
  text === value.toString() ? exact(value) : text

export const exact = (value: bigint): number | string =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString()
