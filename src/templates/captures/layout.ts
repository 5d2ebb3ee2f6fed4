import type { YamlPath } from '../../profile/model.js'
import { type DissectedLayer, dissect } from '../dissect.js'
import { headers } from '../headers/index.js'
import { type Layout, type PlacedField, type PlacedLayer, stackName } from '../layout.js'

/** What a captured frame consists of: the layout that a profile would give for it, with every field's value. */
export interface CapturedLayout extends Layout {
  layers: readonly CapturedLayer[]
  /** A fragment of a packet (RFC 791, RFC 8200): what covers all of it cannot be computed from this frame. */
  fragment: boolean
}

export interface CapturedLayer extends PlacedLayer {
  end: number
}

/** `path` is where the profile names the capture: mistakes in what stands in it are shown there. */
export function layoutOf(frame: Uint8Array, path: YamlPath): CapturedLayout {
  const layers: CapturedLayer[] = []
  const found = dissect(frame).layers
  for (const [index, layer] of found.entries()) {
    const below = layers.at(-1)
    const room = below?.end ?? frame.length
    // What lies behind the end of the packet is no part of it, whatever it looks like.
    if (layer.offset + layer.bytes > room) break
    layers.push(placed(layer, { name: stackName(found, index), below, room, path }))
  }
  const top = layers.at(-1)
  return {
    layers,
    payloadOffset: top ? top.offset + top.bytes : 0,
    fill: new Uint8Array(),
    content: undefined,
    givenFill: true,
    closed: false,
    fragment: found.some(isFragment),
  }
}

interface Place {
  name: string
  below: CapturedLayer | undefined
  room: number
  path: YamlPath
}

function placed(layer: DissectedLayer, { name, below, room, path }: Place): CapturedLayer {
  const header = headers[layer.name]!
  const value = (key: string) => valueIn(layer, key)
  if (below) below.next = layer.name
  return {
    header,
    name,
    offset: layer.offset,
    bytes: layer.bytes,
    end: Math.min(room, endOf(layer)),
    fields: layer.fields.map(
      ({ key, field, bitOffset, bits, value }): PlacedField => ({
        key,
        name: `${name}.${key}`,
        field,
        bitOffset,
        bits,
        spec: { kind: 'literal', value },
        parts: [],
        bad: false,
        linked: undefined,
        path,
        scope: null,
      }),
    ),
    scope: { context: () => ({ value }) },
    below,
    next: undefined,
  }
}

const valueIn = ({ fields }: DissectedLayer, name: string): bigint =>
  fields.find(({ key }) => key === name)?.value ?? 0n

/**
 * Where a header says that its packet ends. Nonsense, and the 0 of segmentation offload (and of jumbograms, RFC 2675),
 * say nothing.
 */
function endOf(layer: DissectedLayer): number {
  const { name, offset, bytes } = layer
  const header = headers[name]!
  const end = offset + bytes
  if (!header.checksum && header.closed?.({ value: key => valueIn(layer, key) })) return end
  const payload = Number(valueIn(layer, 'payload_length'))
  if (name === 'ipv6' && payload > 0) return end + payload
  const length = Number(valueIn(layer, 'length'))
  const known = (name === 'ipv4' || name === 'udp') && length >= bytes
  return known ? offset + length : Number.POSITIVE_INFINITY
}

/** More of it follows, or came before. */
const isFragment = (layer: DissectedLayer): boolean =>
  (layer.name === 'ipv4' && (valueIn(layer, 'flags') & 1n) !== 0n) ||
  (layer.name === 'fragment' && valueIn(layer, 'more') !== 0n) ||
  valueIn(layer, 'fragment_offset') !== 0n
