/** Did our own receivers keep up? What they lost, no device has lost. */
import type { Looks, PortOutcome, RunOutcome } from '../gen/snapshot.js'
import type { StreamMeasure } from './streams.js'
import { sum } from './tx.js'

/** Fewer looks than these are chance. */
const ENOUGH_LOOKS = 1000
/** A receiver with time to spare finds nothing most of the times that it looks; one that never does is behind. */
const IDLE_SHARE = 0.1

/** A receiving port that lost packets, or that nobody can say did not. */
export interface Overwhelmed {
  port: string
  /** Counted; 0: its device counts none, and it was at work all the time. */
  drops: number
}

/** Those ports of which streams lack packets, and where our own receiver may have lost them. */
export function overwhelmed(
  { final, looks, ports }: RunOutcome,
  streams: readonly StreamMeasure[],
): Overwhelmed[] {
  const lacking = new Set(streams.flatMap(({ stream, arrival }) => (arrival?.loss.lost ? stream.rx! : [])))
  return ports
    .filter(({ port }) => lacking.has(port))
    .map(port => ({
      port: port.port,
      drops: sum(final.rx.filter(queue => queue.port === port.port).map(queue => queue.deviceDrops)),
      unknown: !countsDrops(port) && isBusy(looks.filter(one => one.port === port.port)),
    }))
    .filter(({ drops, unknown }) => drops > 0 || unknown)
    .map(({ port, drops }) => ({ port, drops }))
}

/** Sockets, rings in memory and NICs do; a few virtual devices of DPDK's and netmap's drop and say nothing. */
const countsDrops = ({ counters }: PortOutcome): boolean => 'rx_missed' in counters

/** Did any of these queues' loops hardly ever find nothing? */
export const isBusy = (looks: readonly Looks[]): boolean =>
  looks.some(({ bursts, idles }) => bursts >= ENOUGH_LOOKS && idles < (bursts + idles) * IDLE_SHARE)
