/** What came of what was sent to a receiver. */
import type { Snapshot } from '../gen/snapshot.js'
import type { StreamPlan } from '../templates/plan.js'
import type { StreamResult } from './result.js'
import { addLoss, type Loss, lossOf, type Received, receivedOf } from './rx.js'
import { sentOf } from './tx.js'

export interface Arrival {
  /** Packets of which the receiver knows. */
  sent: number
  received: Received
  /** Of those that carry a signature: copies, order and latency are known of these alone. null: none does. */
  signed: Received | null
  loss: Loss
}

type Members = readonly StreamPlan[]

/** How the receiver knows these members: all by their signature, some only by matching bytes, or nobody listens. */
export function measuredHow(members: Members): StreamResult['measured_by'] {
  const heard = members.filter(isHeard)
  if (heard.length === 0) return null
  return heard.every(isSigned) ? 'signature' : 'match'
}

const isSigned = ({ signature }: StreamPlan): boolean => signature !== null

const isHeard = ({ rx, signature, match }: StreamPlan): boolean =>
  rx !== null && (signature ?? match) !== null

/** null: nobody listens. */
export function arrivalOf(members: Members, { tx, rx }: Pick<Snapshot, 'tx' | 'rx'>): Arrival | null {
  const heard = members.filter(isHeard)
  if (heard.length === 0) return null
  const signed = heard.filter(isSigned)
  const matched = heard.filter(member => !isSigned(member))
  // Members that look alike are counted as one of them: what is lost is known of all together.
  const parts = [...signed.map(member => [member]), ...(matched.length > 0 ? [matched] : [])]
  return {
    sent: sentOf(heard, tx).packets,
    received: receivedOf(heard, rx),
    signed: signed.length > 0 ? receivedOf(signed, rx) : null,
    loss: addLoss(parts.map(part => lossOf(sentOf(part, tx).packets, receivedOf(part, rx)))),
  }
}
