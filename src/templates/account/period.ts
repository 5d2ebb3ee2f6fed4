/** After how many packets of a stream its groups come again in the same order. */
import type { FieldProgram, Places, StreamPlan } from '../plan.js'
import type { Axis } from './axis.js'

/** A receiver has a table of them. */
export const MAX_PERIOD = 2 ** 20

/** 0: never, or not soon enough. `templates`: the frame sizes make a difference. */
export function periodOf(plan: StreamPlan, axes: readonly Axis[], templates: boolean): number {
  if (templates && plan.sizeDraw) return 0
  const parts = axes.map(({ program }) => drawPeriod(program, program.numbers ?? plan.member))
  if (templates) parts.push(BigInt(plan.sequence.length))
  if (parts.includes(0n)) return 0
  const all = parts.reduce((a, b) => (a / gcd(a, b)) * b, 1n)
  return all <= BigInt(MAX_PERIOD) ? Number(all) : 0
}

function drawPeriod({ op, size, step, every }: FieldProgram, numbers: Places | null): bigint {
  if (op === 'random' || op === 'weighted' || op === 'zipf') return 0n
  const own = (op === 'inc' ? size / gcd(step, size) : size) * every
  if (!numbers) return own
  return BigInt(numbers.places.length) * (own / gcd(own, BigInt(numbers.cycle)))
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b))
