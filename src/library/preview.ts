import type { Program } from './compile.js'
import { type PacketView, viewOf } from './packet.js'
import { packetsOf } from './packets.js'

export interface PreviewOptions {
  /** Number of the first packet (default 0). */
  first?: bigint
  /** Of how many (default: as many as the profile sends, which may be without end). */
  count?: number
}

/** The packets that a run would send, from the native core that sends them: bytes, fields, intended time. */
export function* preview(
  { plan }: Program,
  { first = 0n, count = Number.POSITIVE_INFINITY }: PreviewOptions = {},
): Generator<PacketView> {
  for (const packet of packetsOf(plan, plan.streams, first, count)) yield viewOf(packet)
}
