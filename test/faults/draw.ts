import { devices } from './devices.js'
import { faults } from './faults.js'

export interface Case {
  fault: string
  device: string
  /** After the first second of the run was written. */
  afterMs: number
  stepS: number
}

/** mulberry32: the same cases for a seed, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Every fault in turn, on a device and at a moment by chance. `available`: names of backends. */
export function draw(count: number, seed: number, available: ReadonlySet<string>): Case[] {
  const next = random(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!
  const possible = Object.entries(faults).flatMap(([fault, { devices: names }]) => {
    const here = names.filter(name => available.has(devices[name]!.backend))
    return here.length > 0 ? [{ fault, here }] : []
  })
  return Array.from({ length: count }, (_, i) => {
    const { fault, here } = possible[i % possible.length]!
    return {
      fault,
      device: pick(here),
      afterMs: Math.floor(next() * 700),
      stepS: pick([-86_400, -3600, 3600, 86_400]),
    }
  })
}
