import { exponentOf, formatSi, scale, splitNumber } from './decimal.js'
import { didYouMean, type Parsed, parsed, refuse } from './parsed.js'

export const sizePattern = '^[0-9][0-9_]*(\\.[0-9]+)? ?[kKMGT]?B$'

/** Bytes: `64B`, `1.5kB` (decimal) or a bare `9000`, which cannot be mistaken for anything else. */
export function parseSize(text: string): Parsed<number> {
  const split = splitNumber(text)
  if (!split) return refuse('bad-value', `\`${text}\` is not a size`, 'write `64B`, `1.5kB` or `9000`')
  const unit = /^(?:([kKMGT]?)B)?$/.exec(split.unit)
  if (!unit)
    return refuse('bad-unit', `\`${split.unit}\` is not a unit of size`, sizeHint(split.digits, split.unit))
  const bytes = scale(split.digits, exponentOf(unit[1] ?? ''))
  if (Number.isSafeInteger(bytes)) return parsed(bytes)
  return refuse(
    'bad-value',
    `\`${text}\` is not a whole number of bytes`,
    didYouMean(`${Math.round(bytes)}B`),
  )
}

/** Frame sizes are known by their digits (`1518B`, `9000B`); only large round numbers get a prefix. */
export const formatSize = (bytes: number): string =>
  bytes >= 10_000 && bytes % 1000 === 0 ? formatSi(bytes, 'B') : `${bytes}B`

function sizeHint(digits: string, unit: string): string {
  if (/^[kmg]?b(it|its)?$/.test(unit) || /^[KMG]b$/.test(unit))
    return `b is bits, B is bytes: ${didYouMean(`${digits}${unit[0] === 'b' ? '' : unit[0]}B`)}`
  if (/^[kmg]ib$/i.test(unit)) return 'prefixes are decimal here: kB is 1000 bytes'
  if (/^bytes?$/i.test(unit)) return didYouMean(`${digits}B`)
  return 'write `64B`, `1.5kB` or `9000`'
}
