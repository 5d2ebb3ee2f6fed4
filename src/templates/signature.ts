import type { StreamSpec, YamlPath } from '../profile/model.js'
import { checksumOf } from './checksum.js'
import { type Diagnostic, warning } from './diagnostic.js'
import { type Layout, packetEnd, pathOf } from './layout.js'
import { SIGNATURE_BYTES, SIGNATURE_MAGIC } from './plan.js'

/** Is there somebody to read it, here or as the profile says? */
export const isWanted = ({
  rx,
  signature,
  signAlways,
}: Pick<StreamSpec, 'rx' | 'signature' | 'signAlways'>) =>
  signature && (rx !== undefined || signAlways === true)

/** Where the signature stands, or null; every frame size must have the room, for a receiver looks at one place. */
export function signatureOffset(
  layout: Layout,
  stream: StreamSpec,
  lengths: readonly number[],
): number | null {
  if (!isWanted(stream) || layout.closed) return null
  const offset = evenOffset(layout)
  return lengths.every(length => packetEnd(layout, length) >= offset + SIGNATURE_BYTES) ? offset : null
}

/** Its words must fall on the words of the checksum around it, or its sum would not be neutral. */
function evenOffset({ layers, payloadOffset }: Layout): number {
  const segment = layers.find(layer => layer.header.checksum?.covers === 'segment')
  return payloadOffset + ((payloadOffset - (segment?.offset ?? payloadOffset)) % 2)
}

/** Writes the signature of packet 0 at time 0. */
export function writeSignature(bytes: Uint8Array, offset: number, stream: number): void {
  bytes.fill(0, offset, offset + SIGNATURE_BYTES)
  writeWord(bytes, offset, SIGNATURE_MAGIC)
  writeWord(bytes, offset + 2, stream)
  writeWord(bytes, offset + SIGNATURE_BYTES - 2, checksumOf(SIGNATURE_MAGIC + stream))
}

function writeWord(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >> 8
  bytes[offset + 1] = value & 255
}

export function checkSignature(
  layout: Layout,
  stream: StreamSpec,
  offset: number | null,
  path: YamlPath,
): Diagnostic[] {
  if (!isWanted(stream)) return []
  if (offset === null) return [layout.closed ? closed(layout, stream, path) : noRoom(layout, stream, path)]
  return layout.givenFill ? [overwritten(stream, path)] : []
}

/** Of fragments, each of which has its own where there is room. */
export function checkSignatures(layout: Layout, stream: StreamSpec, path: YamlPath): Diagnostic[] {
  if (!isWanted(stream)) return []
  if (layout.closed) return [closed(layout, stream, path)]
  return layout.givenFill ? [overwritten(stream, path)] : []
}

const noRoom = (layout: Layout, { frameIn }: StreamSpec, path: YamlPath): Diagnostic =>
  warning([...(frameIn ?? path), 'frame'], {
    code: 'no-room-for-signature',
    message:
      `the frame has no room for nmgen's ${SIGNATURE_BYTES}-byte signature: frames are counted by their constant ` +
      'header bytes, without latency, order or duplicates',
    hint: `frames of ${Math.max(64, evenOffset(layout) + SIGNATURE_BYTES + 4)}B or more have the room`,
  })

const closed = ({ layers }: Layout, stream: StreamSpec, path: YamlPath): Diagnostic =>
  warning(pathOf(stream.layers, layers.length - 1, path).slice(0, -1), {
    code: 'no-room-for-signature',
    message:
      `this ${layers.at(-1)!.header.name} message has no room for nmgen's signature: frames are counted by their ` +
      'constant header bytes, without latency, order or duplicates',
    hint: 'a layer `payload` behind it makes room, where the protocol allows that',
  })

function overwritten(stream: StreamSpec, path: YamlPath): Diagnostic {
  const index = stream.layers.findIndex(layer => layer.name === 'payload')
  return warning(pathOf(stream.layers, index, path), {
    code: 'payload-overwritten',
    message: `nmgen's signature replaces the first ${SIGNATURE_BYTES} bytes of the payload${stream.fragment ? ' in each fragment' : ''}`,
    hint: '`signature: false` keeps them; frames are then only counted',
  })
}
