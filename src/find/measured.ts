/** A run → a trial of the search. */
import type { Result, StreamResult } from '../stats/result.js'
import type { Varied } from './at-load.js'
import type { Ask, Trial } from './trial.js'

/** Packets a second, and the part of those sent that was lost; null: not known. */
export interface Rates {
  sentPps: number | null
  receivedPps: number | null
  lossRatio: number | null
}

/** What went one way, port to port. */
export interface Direction extends Rates {
  tx: string
  rx: string
}

/** What a trial was to be. */
export interface Planned {
  varied: readonly Varied[]
  /** By stream. */
  frames: ReadonlyMap<string, number>
  /** `pacing.tolerance` of the profile. */
  tolerance: number
}

/** The rest of the last burst, and a look at the clock. */
const SLACK_S = 0.001

/**
 * A frame that was never sent did not arrive (as FD.io CSIT counts), and frames that were sent more slowly than asked, by
 * more than the profile tolerates, are no trial at this load: what was too slow counts as loss as well, so that no load is
 * called good that was not sent.
 */
export function trialOf(ask: Ask, { varied, frames, tolerance }: Planned, result: Result): Trial {
  const measured = varied.flatMap(({ name }) => {
    const stream = result.streams[name]
    return stream && stream.lost !== null ? [{ stream, asked: frames.get(name) ?? 0 }] : []
  })
  const asked = sum(measured.map(one => one.asked))
  const sent = sum(measured.map(({ stream }) => stream.tx_packets ?? 0))
  const lost = sum(measured.map(({ stream }) => Math.max(0, stream.lost ?? 0)))
  const unsent = Math.max(0, asked - sent)
  const tookS = Math.max(0, ...measured.map(({ stream }) => stream.duration_s ?? 0))
  const slow = tooSlow(tookS, ask.durationS, tolerance)
  const lossRatio = Math.max(asked + sent === 0 ? 1 : (lost + unsent) / Math.max(sent, asked), slow)
  return {
    ...ask,
    effectiveS: Math.max(ask.durationS, tookS),
    lossRatio,
    values: { metrics: { ...result.metrics, loss_ratio: lossRatio }, streams: result.streams },
    limitedByGenerator: unsent > 0 || slow > 0 || result.verdict === 'invalid',
  }
}

const tooSlow = (tookS: number, askedS: number, tolerance: number): number =>
  tookS <= askedS * (1 + tolerance) + SLACK_S ? 0 : 1 - askedS / tookS

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** In the order of the profile. */
export function directionsOf(
  varied: readonly Varied[],
  streams: Readonly<Record<string, StreamResult>>,
): Direction[] {
  const ways = new Map<string, Varied[]>()
  for (const one of varied) {
    const key = `${one.tx} ${one.rx}`
    if (one.rx !== null) ways.set(key, [...(ways.get(key) ?? []), one])
  }
  return [...ways.values()].map(way => {
    const own = way.flatMap(({ name }) => streams[name] ?? [])
    const [sent, lost] = (['tx_packets', 'lost'] as const).map(of => sumOf(own, of)) as [
      number | null,
      number | null,
    ]
    return {
      tx: way[0]!.tx,
      rx: way[0]!.rx!,
      sentPps: sumOf(own, 'tx_pps'),
      receivedPps: sumOf(own, 'rx_pps'),
      lossRatio: sent && lost !== null ? lost / sent : null,
    }
  })
}

/** All ways at once, which RFC 2544 section 14 loads alike. A rate that is unknown of one is unknown of all. */
export function together(ways: readonly Direction[]): Rates {
  const total = (of: (way: Direction) => number | null): number | null => {
    const values = ways.map(of)
    return values.some(value => value === null) ? null : sum(values as number[])
  }
  const sentPps = total(way => way.sentPps)
  const lostPps = total(({ sentPps, lossRatio }) =>
    sentPps === null || lossRatio === null ? null : sentPps * lossRatio,
  )
  return {
    sentPps,
    receivedPps: total(way => way.receivedPps),
    lossRatio: sentPps && lostPps !== null ? lostPps / sentPps : null,
  }
}

/** A sum with an unknown part is unknown. */
function sumOf(
  streams: readonly StreamResult[],
  metric: 'tx_pps' | 'rx_pps' | 'tx_packets' | 'lost',
): number | null {
  const values = streams.map(stream => stream[metric])
  return values.some(value => value === null) ? null : sum(values as number[])
}

/** Something was sent and nothing came back, where something came before: a dead device looks like that. */
export const isSilent = ({ values }: Pick<Trial, 'values'>): boolean =>
  (values.metrics.tx_packets ?? 0) > 0 && values.metrics.rx_packets === 0
