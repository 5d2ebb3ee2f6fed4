/** A rendered frame, taken apart: what both the text and the JSON of `nmgen preview` show. */
import { type DissectedField, dissect } from '../templates/dissect.js'
import { type FieldProgram, SIGNATURE_BYTES, type StreamPlan } from '../templates/plan.js'
import { describeProgram, formatValue } from '../templates/values.js'

export interface Packet {
  stream: StreamPlan
  /** Its number in the stream of the profile. */
  frame: bigint
  timeNs: number
  /** Without the FCS. */
  bytes: Uint8Array
}

export interface FieldView {
  name: string
  value: bigint
  text: string
  /** How it changes from packet to packet, one entry for each program; empty for a constant. */
  varies: readonly string[]
}

export interface LayerView {
  name: string
  offset: number
  fields: readonly FieldView[]
}

export interface PacketView extends Packet {
  layers: readonly LayerView[]
  payload: { offset: number; bytes: number }
  signature: { offset: number; bytes: number } | null
}

export function viewOf(packet: Packet): PacketView {
  const { stream, bytes } = packet
  const { layers, payloadOffset } = dissect(bytes)
  return {
    ...packet,
    layers: layers.map(({ name, offset, fields }) => ({
      name,
      offset,
      fields: fields.map(field => viewField(field, stream.fields)),
    })),
    payload: { offset: payloadOffset, bytes: bytes.length - payloadOffset },
    signature: stream.signature === null ? null : { offset: stream.signature, bytes: SIGNATURE_BYTES },
  }
}

function viewField(found: DissectedField, programs: readonly FieldProgram[]): FieldView {
  const { field, value } = found
  const varies = programs
    .filter(program => overlaps(found, program))
    .map(program => ({ name: program.name, text: describeProgram(program, field) }))
  return { name: field.name, value, text: formatValue(field, value), varies: inRuns(varies) }
}

interface Variation {
  name: string
  text: string
}

/** Characters of a text that are drawn alike are told once: `name.label.1-12: random a-z`. */
function inRuns(variations: readonly Variation[]): string[] {
  const stem = ({ name }: Variation) => name.replace(/\.\d+$/, '')
  const starts = variations.flatMap((one, i) => {
    const before = variations[i - 1]
    return before && stem(before) !== before.name && stem(before) === stem(one) && before.text === one.text
      ? []
      : [i]
  })
  return starts.map((start, k) => {
    const [first, last] = [variations[start]!, variations[(starts[k + 1] ?? variations.length) - 1]!]
    const end = first === last ? '' : last.name.slice(stem(last).length + 1)
    return `${first.name}${end && `-${end}`}: ${first.text}`
  })
}

/** By place, not by name: a frame with a false EtherType is dissected as something that the profile does not say. */
function overlaps({ bitOffset, bits }: DissectedField, program: FieldProgram) {
  const { offset, bytes, shift, bits: wide, clip } = program
  if (clip) return bitOffset < (offset + clip.to - clip.from) * 8 && offset * 8 < bitOffset + bits
  const end = (offset + bytes) * 8 - shift
  return bitOffset < end && end - wide < bitOffset + bits
}
