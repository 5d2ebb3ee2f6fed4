import type { Rate } from '../profile/model.js'
import type { StreamPlan } from './plan.js'

/** One packet in the order in which a run would send it. */
export interface Turn {
  stream: StreamPlan
  index: bigint
  timeNs: number
}

/** A preview knows no link, so streams without a rate of their own go at the line rate of 10 Gbit/s. */
const assumedBps = 10e9
/** Preamble, start delimiter and gap, which take wire time (IEEE 802.3). */
const wireOverhead = 20
const fcs = 4

interface Clock {
  stream: StreamPlan
  index: bigint
  timeNs: number
}

/**
 * Packets of all streams from index `first` on, each stream on its own clock; who is due first goes first, so equal
 * streams take turns. Endless unless every stream has a count.
 */
export function* schedule(streams: readonly StreamPlan[], first: bigint): Generator<Turn> {
  const sharing = streams.filter(({ rate }) => rate.kind === 'line').length
  const clocks = streams.map((stream): Clock => ({ stream, index: first, timeNs: 0 })).filter(hasMore)
  while (clocks.length > 0) {
    const next = clocks.reduce((a, b) => (b.timeNs < a.timeNs ? b : a))
    yield { ...next }
    next.timeNs += gapNs(next.stream, next.index, sharing)
    next.index += 1n
    if (!hasMore(next)) clocks.splice(clocks.indexOf(next), 1)
  }
}

const hasMore = ({ stream, index }: Clock): boolean => stream.count === null || index < BigInt(stream.count)

/** Until the next packet; streams at line rate share the wire. */
function gapNs(stream: StreamPlan, index: bigint, sharing: number): number {
  const template = stream.sequence[Number(index % BigInt(stream.sequence.length))]!
  const frameBytes = stream.templates[template]!.bytes.length + fcs
  return spacingNs(stream.rate, frameBytes) * (stream.rate.kind === 'line' ? sharing : 1)
}

function spacingNs(rate: Rate, frameBytes: number): number {
  const wireBits = (frameBytes + wireOverhead) * 8
  switch (rate.kind) {
    case 'line':
      return (wireBits / assumedBps) * 1e9
    case 'percent':
      return ((wireBits / assumedBps) * 1e11) / rate.percent
    case 'pps':
      return 1e9 / rate.pps
    case 'bps':
      return ((rate.layer === 1 ? wireBits : frameBytes * 8) / rate.bps) * 1e9
  }
}
