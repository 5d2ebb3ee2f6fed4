/** What a number of packets consists of: sizes, flows, and how often each field holds each value. */
import type { BitRange } from '../bits.js'
import { dissect } from '../dissect.js'
import { templateIndex } from '../frame-choice.js'
import type { StreamPlan } from '../plan.js'
import { FCS_BYTES } from '../rate.js'
import type { Format } from '../values.js'
import { type FlowLevel, type FlowPlace, flowPlace, flowWords, readFlow } from './flow.js'
import { readKey, wordsFor } from './key.js'
import { type FieldPlace, fieldPlaces } from './places.js'
import { Tally } from './tally.js'

export interface FieldTally {
  name: string
  format: Format
  /** At least one of the streams draws it. */
  drawn: boolean
  tally: Tally
}

export type FlowTallies = Record<4 | 6, Tally>

export interface Census {
  packets: number
  /** With the FCS. */
  bytes: number
  /** Frames of each size, with the FCS. */
  sizes: Map<number, number>
  flows: Record<FlowLevel, FlowTallies>
  /** Frames that have no flow of their own. */
  withoutFlow: number
  fields: Map<string, FieldTally>
}

export const emptyCensus = (): Census => ({
  packets: 0,
  bytes: 0,
  sizes: new Map(),
  flows: { outer: noFlows(), inner: noFlows() },
  withoutFlow: 0,
  fields: new Map(),
})

const noFlows = (): FlowTallies => ({ 4: new Tally(flowWords[4]), 6: new Tally(flowWords[6]) })

/** Adds what `from` has counted. */
export function merge(into: Census, from: Census): void {
  into.packets += from.packets
  into.bytes += from.bytes
  into.withoutFlow += from.withoutFlow
  for (const [size, count] of from.sizes) addSize(into, size, count)
  for (const level of ['outer', 'inner'] as const)
    for (const version of [4, 6] as const) into.flows[level][version].addAll(from.flows[level][version])
  for (const one of from.fields.values()) {
    const field = fieldOf(into, one)
    field.drawn ||= one.drawn
    field.tally.addAll(one.tally)
  }
}

/** Of the tables, which are what grows. */
export function bytesOf({ flows, fields }: Census): number {
  const tallies = [flows.outer, flows.inner].flatMap(of => [of[4], of[6]])
  return [...tallies, ...[...fields.values()].map(({ tally }) => tally)].reduce(
    (sum, { bytes }) => sum + bytes,
    0,
  )
}

const addSize = ({ sizes }: Census, size: number, count: number) =>
  sizes.set(size, (sizes.get(size) ?? 0) + count)

/** Fields of one name that differ in length are apart. */
function fieldOf({ fields }: Census, { name, format, drawn }: Omit<FieldTally, 'tally'>): FieldTally {
  const id = `${name} ${format.bits}`
  const known = fields.get(id) ?? { name, format, drawn, tally: new Tally(wordsFor(format.bits)) }
  fields.set(id, known)
  return known
}

/** The frames of one template have everything at the same place: it is looked for once. */
interface Reader {
  frames: number
  drawn: readonly { range: BitRange; key: Uint32Array; tally: Tally }[]
  flows: readonly { place: FlowPlace; key: Uint32Array; tally: Tally }[]
  hasFlow: boolean
  constant: readonly { key: Uint32Array; tally: Tally }[]
}

/** Counts the packets of one StreamPlan; `finish` adds what is the same in all packets of a template. */
export function counter(stream: StreamPlan, census: Census) {
  const readers = new Map<number, Reader>()
  const readerFor = (index: bigint, bytes: Uint8Array): Reader => {
    // Sizes at random are those of one layout.
    const template = stream.sizeDraw || stream.templates.length === 1 ? 0 : templateIndex(stream, index)
    const known = readers.get(template) ?? readerOf(stream, census, bytes)
    readers.set(template, known)
    return known
  }
  const add = (index: bigint, bytes: Uint8Array): void => {
    const reader = readerFor(index, bytes)
    reader.frames++
    census.packets++
    census.bytes += bytes.length + FCS_BYTES
    addSize(census, bytes.length + FCS_BYTES, 1)
    if (!reader.hasFlow) census.withoutFlow++
    for (const { range, key, tally } of reader.drawn) {
      readKey(bytes, range, key)
      tally.add(key)
    }
    for (const { place, key, tally } of reader.flows) {
      readFlow(bytes, place, key)
      tally.add(key)
    }
  }
  const finish = (): void => {
    for (const { frames, constant } of readers.values())
      for (const { key, tally } of constant) tally.add(key, frames)
  }
  return { add, finish }
}

function readerOf(stream: StreamPlan, census: Census, bytes: Uint8Array): Reader {
  const dissection = dissect(bytes)
  const places = fieldPlaces(dissection, stream)
  const flows = (['outer', 'inner'] as const).flatMap(level => {
    const place = flowPlace(dissection, level)
    if (!place) return []
    const tally = census.flows[level][place.version]
    return [{ place, tally, key: new Uint32Array(tally.words), level }]
  })
  return {
    frames: 0,
    drawn: places.filter(({ drawn }) => drawn).map(place => reading(census, place)),
    flows,
    hasFlow: flows.some(({ level }) => level === 'outer'),
    constant: places
      .filter(({ drawn }) => !drawn)
      .map(place => {
        const { key, tally } = reading(census, place)
        readKey(bytes, place, key)
        return { key, tally }
      }),
  }
}

function reading(census: Census, place: FieldPlace) {
  const { tally } = fieldOf(census, place)
  const { bitOffset, bits } = place
  return { range: { bitOffset, bits }, key: new Uint32Array(tally.words), tally }
}
