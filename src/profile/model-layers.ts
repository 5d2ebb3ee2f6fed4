/** Of a profile: headers, the alternatives among them, and the sizes of frames. */
import type { Within, YamlPath } from './model-places.js'
import type { FieldSpec, StringSpec } from './model-values.js'

/**
 * One protocol layer as written: `name` is a key of the header registry, only given fields are present. An item of a
 * list is written in the same form; its `name` is its kind.
 */
export interface LayerSpec {
  name: string
  fields: Readonly<Record<string, FieldSpec>>
  /** Options, segments, questions: in the order given. */
  lists?: Readonly<Record<string, readonly LayerSpec[]>>
  /** Literal bytes of a `payload` layer, repeated or cut to the room that the frame size leaves. */
  bytes?: Uint8Array
  /** What stands once at the beginning of a `payload` layer, and varies. */
  content?: StringSpec
  /** Of `choice`, which is no header, but what stands in its place: one of these. */
  choice?: readonly Alternative[]
  /** A choice that is all of its list, and written in its place. */
  alone?: boolean
  /** undefined: as what it stands in; a layer, as its stream. */
  within?: Within
  /** Where it stands in the profile, if that is not where it stands in the stream. */
  path?: YamlPath
}

export interface SizeWeight {
  frameBytes: number
  weight: number
}

/** One of the ways that a stream, or the options of a header, can go on; as often as it weighs. */
export interface Alternative {
  /** A whole number from 1. */
  weight: number
  /** Results are kept under it; without one, under its number. */
  name?: string
  /** Headers, or in a header the items of a list. */
  layers: readonly LayerSpec[]
  /** Instead of the stream's. */
  frame?: FrameSpec
  signature?: boolean
}

/** Frame sizes in bytes, FCS included (RFC 2544 section 9), and how packets take them. */
export type SizeSpec =
  | { kind: 'fixed'; frameBytes: number }
  /** In an exact repeating order, in which each comes as often as its weight says. */
  | { kind: 'imix'; sizes: readonly SizeWeight[] }
  | { kind: 'weighted'; sizes: readonly SizeWeight[] }
  | { kind: 'list'; frameBytes: readonly number[] }
  /** low, low + step, ... up to high. */
  | { kind: 'inc' | 'random'; low: number; high: number; step: number }

/**
 * With `of`, which names a layer of the stack, the sizes are those of the packet from this layer on, without the FCS: the
 * frame is as much larger as what stands around it. Frames that come out too short for Ethernet are padded (RFC 894).
 */
export type FrameSpec = SizeSpec & { of?: string }
