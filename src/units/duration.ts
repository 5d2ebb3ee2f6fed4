import { scale, splitNumber, unscale } from './decimal.js'
import { didYouMean, type Parsed, parsed, refuse } from './parsed.js'

/** Nanoseconds as factor * 10^exponent, so that decimal fractions are rounded once. */
const units: Readonly<Record<string, readonly [factor: number, exponent: number]>> = {
  ns: [1, 0],
  us: [1, 3],
  µs: [1, 3],
  μs: [1, 3],
  ms: [1, 6],
  s: [1, 9],
  m: [60, 9],
  min: [60, 9],
  h: [3600, 9],
}

export const durationPattern = '^[0-9][0-9_]*(\\.[0-9]+)? ?(ns|us|µs|ms|s|m|min|h)$'

/** Whole nanoseconds: `250us`, `30s`, `5m`. */
export function parseDuration(text: string): Parsed<number> {
  const split = splitNumber(text)
  if (!split) return refuse('bad-value', `\`${text}\` is not a duration`, 'write `250us`, `30s` or `5m`')
  const unit = Object.hasOwn(units, split.unit) ? units[split.unit] : undefined
  if (!unit) return wrongUnit(split.digits, split.unit)
  const ns = unit[0] * scale(split.digits, unit[1])
  if (Number.isSafeInteger(ns)) return parsed(ns)
  if (ns > Number.MAX_SAFE_INTEGER)
    return refuse('out-of-range', `\`${text}\` is too long`, 'at most 104 days')
  return refuse(
    'bad-value',
    `\`${text}\` is not a whole number of nanoseconds`,
    didYouMean(`${Math.ceil(ns)}ns`),
  )
}

/** `90s` rather than `1.5m`: minutes and hours only when nothing is left over. */
export function formatDuration(ns: number): string {
  for (const [name, [factor, exponent]] of [
    ['h', units.h!],
    ['m', units.m!],
  ] as const)
    if (ns > 0 && ns % (factor * 10 ** exponent) === 0) return `${ns / (factor * 10 ** exponent)}${name}`
  const name = ns >= 1e9 ? 's' : ns >= 1e6 ? 'ms' : ns >= 1e3 ? 'us' : 'ns'
  return `${unscale(ns, units[name]![1])}${name}`
}

function wrongUnit(digits: string, unit: string) {
  if (unit === '') return refuse('bad-unit', `the duration ${digits} has no unit`, didYouMean(`${digits}s`))
  return refuse('bad-unit', `\`${unit}\` is not a unit of time`, durationHint(digits, unit))
}

function durationHint(digits: string, unit: string): string {
  const known = /^(ns|us|ms|s|m|h)$/i.test(unit)
    ? unit.toLowerCase()
    : /^(s|m|h)[a-z]+$/i.exec(unit)?.[1]?.toLowerCase()
  if (known) return didYouMean(`${digits}${known}`)
  if (/\d/.test(unit)) return 'one number and one unit: `90s`, not `1m30s`'
  return 'the units are ns, us, ms, s, m and h'
}
