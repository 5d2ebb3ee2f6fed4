import { draw64 } from './key.js'
import type { Member, StreamPlan } from './plan.js'

/** How a stream's packets choose among its templates. */
export type FrameChoice = Pick<StreamPlan, 'templates' | 'sequence' | 'sizeDraw'>

const two64 = 2n ** 64n

/** Of packet i: plan.ts says how. */
export function templateIndex(
  { templates, sequence, sizeDraw, member }: FrameChoice & Pick<StreamPlan, 'member'>,
  i: bigint,
): number {
  if (!sizeDraw) return sequence[Number(i % BigInt(sequence.length))]!
  const { key, columns } = sizeDraw
  const at = draw64(key, member ? drawNumber(member, i) : i) * BigInt(templates.length)
  const chosen = Number(at / two64)
  const column = columns[chosen]
  return column && at % two64 >= column.threshold ? column.other : chosen
}

/** What packet i of a member is number of in its stream. */
function drawNumber({ cycle, places }: Member, i: bigint): bigint {
  const count = BigInt(places.length)
  return (i / count) * BigInt(cycle) + BigInt(places[Number(i % count)]!)
}

/** How large a part of all packets each template is used for. */
export function templateShares({ templates, sequence, sizeDraw }: FrameChoice): number[] {
  const shares = templates.map(() => 0)
  if (!sizeDraw) for (const index of sequence) shares[index]! += 1 / sequence.length
  else if (sizeDraw.columns.length === 0) shares.fill(1 / templates.length)
  for (const [i, { threshold, other }] of (sizeDraw?.columns ?? []).entries()) {
    const own = Number(threshold) / 2 ** 64
    shares[i]! += own / templates.length
    shares[other]! += (1 - own) / templates.length
  }
  return shares
}
