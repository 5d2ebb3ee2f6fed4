/** From values to places of a chart, and the round values that are written on its axes. */

export interface Scale {
  (value: number): number
  ticks: readonly number[]
}

/** Even steps of 1, 2 or 5 times a power of ten. */
export function linear(low: number, high: number, [from, to]: readonly [number, number], wanted = 5): Scale {
  const span = high > low ? high - low : Math.abs(high) || 1
  const step = roundStep(span / wanted)
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.floor((low + span) / step + 1e-9) - first + 1
  const ticks = Array.from({ length: count }, (_, i) => (first + i) * step)
  return Object.assign((value: number) => from + ((value - low) / span) * (to - from), { ticks })
}

function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw))
  const factor = [1, 2, 5, 10].find(factor => factor * power >= raw * (1 - 1e-9))!
  return factor * power
}

/** A power of ten at each tick; both ends above 0. */
export function logarithmic(low: number, high: number, range: readonly [number, number]): Scale {
  const [from, to] = [
    Math.floor(Math.log10(low)),
    Math.max(Math.ceil(Math.log10(high)), Math.floor(Math.log10(low)) + 1),
  ]
  const within = linear(from, to, range)
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i))
  return Object.assign((value: number) => within(Math.log10(Math.max(value, 10 ** from))), { ticks })
}
