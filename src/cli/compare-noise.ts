/** How far runs of one and the same thing differ, kept for those who choose thresholds: schema `nmgen.noise/1`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Comparison, MetricComparison } from '../compare/compare.js'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { writing } from '../report/writing.js'

export const NOISE_SCHEMA = 'nmgen.noise/1'

interface Noise {
  schema: typeof NOISE_SCHEMA
  profile: string
  runs: number
  /** Standard deviation over mean, by metric. */
  variation: Record<string, number>
}

const fileOf = (profile: string): string =>
  join('results', 'baselines', `${profile.replace(/[^A-Za-z0-9._-]+/g, '-')}.noise.json`)

/** Writes what A against A showed; returns what to tell the user. */
export function keepNoise(comparison: Comparison, given: string | undefined): string[] {
  const file = given ?? fileOf(comparison.profile)
  const runs = comparison.base_runs + comparison.current_runs
  const variation = Object.fromEntries(comparison.metrics.map(row => [row.metric, variationOf(row)]))
  const noise: Noise = { schema: NOISE_SCHEMA, profile: comparison.profile, runs, variation }
  writing(file, () => {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(noise, null, 2)}\n`)
  })
  // Loss has no spread to speak of: its runs are counted.
  const gated = comparison.metrics.filter(row => row.gated && row.metric !== 'loss_ratio')
  return [...gated.map(row => detectable(row, comparison.base_runs)), `kept in ${file}`]
}

/** Within the sides, so that a change between them, if there is one, is not in it. */
const variationOf = ({ base, current }: MetricComparison): number =>
  Math.sqrt((base.variation ** 2 + current.variation ** 2) / 2)

/**
 * z(0.95) + z(0.8), over the square root of the efficiency of ranks against means (3/pi, Hodges and Lehmann 1956): a
 * change of so many standard errors is found in four of five comparisons.
 */
const FOUND = (1.645 + 0.842) / Math.sqrt(3 / Math.PI)

function detectable(row: MetricComparison, runs: number): string {
  const variation = variationOf(row)
  const least = Math.max(FOUND * variation * Math.sqrt(2 / runs), row.theta)
  return `${row.metric}: runs differ by ${percent(variation)}; ${runs} pairs find a change of ${percent(least)} in four of five comparisons`
}

const percent = (ratio: number): string => `${Number((ratio * 100).toPrecision(2))} %`

/** null: nobody has measured it. */
export function noiseFor(profile: string, given: string | undefined): Noise | null {
  const file = given ?? fileOf(profile)
  if (given === undefined && !existsSync(file)) return null
  try {
    const noise = JSON.parse(readFileSync(file, 'utf8')) as Noise
    if (noise.schema === NOISE_SCHEMA && typeof noise.variation === 'object') return noise
  } catch {
    // Said below, with what to do.
  }
  throw new NmgenError(
    'bad-noise',
    `${file} is not what --aa wrote`,
    Exit.usage,
    'make it anew: nmgen compare --run PROFILE --aa',
  )
}

/** A threshold of less than two standard deviations would mostly judge the weather. */
export function belowNoise(comparison: Comparison, noise: Noise | null): Comparison {
  if (noise === null) return comparison
  const reasons = comparison.metrics
    .filter(({ gated, metric, theta }) => gated && theta < 2 * (noise.variation[metric] ?? 0))
    .map(({ metric, theta }) => {
      const least = percent(2 * noise.variation[metric]!)
      return `the threshold of ${metric}, ${percent(theta)}, is within the noise: ask for ${least} or more (--gate ${metric}=${least.replace(' ', '')}), or make the machine quieter`
    })
  if (reasons.length === 0) return comparison
  return { ...comparison, verdict: 'invalid', reasons: [...comparison.reasons, ...reasons] }
}
