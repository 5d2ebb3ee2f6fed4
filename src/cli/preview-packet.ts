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
    .map(program => `${program.name}: ${describeProgram(program, field)}`)
  return { name: field.name, value, text: formatValue(field, value), varies }
}

/** By place, not by name: a frame with a false EtherType is dissected as something that the profile does not say. */
function overlaps({ bitOffset, bits }: DissectedField, program: FieldProgram) {
  const { offset, bytes, shift, bits: wide, clip } = program
  if (clip) return bitOffset < (offset + clip.to - clip.from) * 8 && offset * 8 < bitOffset + bits
  const end = (offset + bytes) * 8 - shift
  return bitOffset < end && end - wide < bitOffset + bits
}
