import { exponentOf, formatSi, scale, splitNumber } from './decimal.js'
import { didYouMean, type Parsed, parsed, refuse } from './parsed.js'

export const countPattern = '^[0-9][0-9_]*(\\.[0-9]+)? ?[kKMGT]?$'

/** A number of things: `1M`, `1.5k`, `1000000`, `1_000_000`. */
export function parseCount(text: string): Parsed<number> {
  const split = splitNumber(text)
  if (!split) return refuse('bad-value', `\`${text}\` is not a count`, 'write `1M` or `1000000`')
  if (!/^[kKMGT]?$/.test(split.unit))
    return refuse('bad-unit', `a count has no unit such as \`${split.unit}\``, hint(split.digits, split.unit))
  const count = scale(split.digits, exponentOf(split.unit))
  if (Number.isSafeInteger(count)) return parsed(count)
  if (count > Number.MAX_SAFE_INTEGER)
    return refuse('out-of-range', `\`${text}\` is too large`, 'at most 2^53 - 1')
  return refuse('bad-value', `\`${text}\` is not a whole number`, didYouMean(String(Math.ceil(count))))
}

/** A prefix only where the digits stay few: `1M`, `1500`, `1048576`. */
export function formatCount(count: number): string {
  return count > 0 && count % 1000 === 0 ? formatSi(count, '') : String(count)
}

const hint = (digits: string, unit: string): string =>
  /^[mgt]$/.test(unit) ? didYouMean(`${digits}${unit.toUpperCase()}`) : 'prefixes are k, M, G and T: `1M`'
