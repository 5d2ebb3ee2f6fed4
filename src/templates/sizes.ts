import type { FrameSpec, SizeSpec, SizeWeight } from '../profile/model.js'
import { aliasTable, single } from './alias.js'
import { type Layout, payloadName } from './layout.js'
import type { SizeDraw } from './plan.js'
import { FCS_BYTES } from './rate.js'
import { lowestTerms, smoothOrder } from './sequence.js'

/** The distinct packet sizes of a stream, and how packets take them: see StreamPlan. */
export interface Sizes {
  /** Without the FCS, and before what is too short for Ethernet is padded. */
  lengths: readonly number[]
  sequence: readonly number[]
  columns: SizeDraw['columns'] | null
}

/** What a shortest frame leaves for the packet (IEEE 802.3 clause 4.4.2: minFrameSize, less the FCS). */
const shortest = 60

/** `start`: where the layer begins that the sizes are of, see `startOf`. */
export function sizesOf(frame: FrameSpec, start: number | null): Sizes {
  const { sizes, sequence, columns } = taken(frame)
  const lengths = sizes.map(size => (start === null ? size - FCS_BYTES : start + size))
  return { lengths, sequence, columns }
}

function taken(frame: SizeSpec): { sizes: readonly number[] } & Omit<Sizes, 'lengths'> {
  switch (frame.kind) {
    case 'fixed':
      return inTurn([frame.frameBytes])
    case 'list':
      return inTurn(frame.frameBytes)
    case 'inc':
      return inTurn(steps(frame))
    case 'random':
      return atRandom(steps(frame), [])
    case 'imix': {
      const sizes = frame.sizes.map(({ frameBytes }) => frameBytes)
      const weights = lowestTerms(frame.sizes.map(({ weight }) => weight))
      const order = smoothOrder(weights.map(weight => ({ weight })))
      return inTurn(
        order.map(i => sizes[i]!),
        sizes,
      )
    }
    case 'weighted': {
      const weights = summed(frame.sizes)
      const columns = aliasTable([...weights.values()].map((weight, i) => single(BigInt(weight), BigInt(i))))
      return atRandom([...weights.keys()], columns)
    }
  }
}

function inTurn(order: readonly number[], sizes = order) {
  const places = new Map([...new Set(sizes)].map((size, i) => [size, i]))
  return { sizes: [...places.keys()], sequence: order.map(size => places.get(size)!), columns: null }
}

/** One size needs no draw. */
const atRandom = (sizes: readonly number[], columns: SizeDraw['columns']) =>
  sizes.length === 1 ? inTurn(sizes) : { sizes, sequence: [], columns }

const steps = ({ low, high, step }: { low: number; high: number; step: number }): number[] =>
  Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => low + i * step)

function summed(sizes: readonly SizeWeight[]): Map<number, number> {
  const weights = new Map<number, number>()
  for (const { frameBytes, weight } of sizes) weights.set(frameBytes, (weights.get(frameBytes) ?? 0) + weight)
  return weights
}

/** With `of`, packets may be shorter than the shortest frame: zeros follow them, as from any host (RFC 894). */
export function padded(bytes: Uint8Array, { of }: FrameSpec): Uint8Array {
  if (of === undefined || bytes.length >= shortest) return bytes
  const frame = new Uint8Array(shortest)
  frame.set(bytes)
  return frame
}

/** Where the layer begins that the sizes are of; null: they are those of the whole frame. */
export function startOf({ of }: FrameSpec, layout: Layout): number | null {
  if (of === undefined) return null
  if (of === payloadName) return layout.payloadOffset
  return layout.layers.find(({ name }) => name === of)?.offset ?? null
}
