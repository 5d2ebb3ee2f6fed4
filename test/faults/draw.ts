import { uniform } from '../../src/compare/random.testing.js'
import { devices } from './devices.js'
import { faults } from './faults.js'

export interface Case {
  fault: string
  device: string
  /** After the first second of the run was written. */
  afterMs: number
  stepS: number
}

/** Every fault in turn, on a device and at a moment by chance. `available`: of what devices need. */
export function draw(count: number, seed: number, available: ReadonlySet<string>): Case[] {
  const next = uniform(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!
  const possible = Object.entries(faults).flatMap(([fault, { devices: names }]) => {
    const here = names.filter(name => devices[name]!.needs.every(need => available.has(need)))
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
