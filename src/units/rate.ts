import { exponentOf, formatSi, scale, splitNumber, unscale } from './decimal.js'
import { didYouMean, type Parsed, parsed, type Refused, refuse } from './parsed.js'

export type Rate =
  | { kind: 'line' }
  | { kind: 'pps'; pps: number }
  /** Bits per second at layer 1 (frame + 20 bytes of preamble and gap) or layer 2 (frame with FCS). */
  | { kind: 'bps'; bps: number; layer: 1 | 2 }
  /** Share of the link's line rate, 0 < percent <= 100. */
  | { kind: 'percent'; percent: number }

const examples = 'write `line`, `14.88Mpps`, `10Gbps` (layer 1), `10Gbps-l2` or `95%`'

export const ratePattern = '^(line|[0-9][0-9_]*(\\.[0-9]+)? ?([kKMGT]?(pps|bps|bps-l1|bps-l2)|%))$'

/** `line`, packets per second, bits per second at layer 1 or 2, or a share of the link. */
export function parseRate(text: string): Parsed<Rate> {
  if (text.trim() === 'line') return parsed({ kind: 'line' })
  const split = splitNumber(text)
  if (!split) return refuse('bad-value', `\`${text}\` is not a rate`, noNumber(text))
  if (split.unit === '%') return percent(Number(split.digits), text)
  const unit = /^([kKMGT]?)(pps|bps)(?:-l([12]))?$/.exec(split.unit)
  if (!unit || (unit[2] === 'pps' && unit[3])) return wrongUnit(split.digits, split.unit)
  const value = scale(split.digits, exponentOf(unit[1]!))
  if (value <= 0)
    return refuse('out-of-range', 'a rate must be more than 0', 'leave the stream out to send nothing')
  if (unit[2] === 'pps') return parsed({ kind: 'pps', pps: value })
  return parsed({ kind: 'bps', bps: value, layer: unit[3] === '2' ? 2 : 1 })
}

export function formatRate(rate: Rate): string {
  if (rate.kind === 'line') return 'line'
  if (rate.kind === 'pps') return formatSi(rate.pps, 'pps')
  if (rate.kind === 'percent') return `${unscale(rate.percent, 0)}%`
  return formatSi(rate.bps, rate.layer === 1 ? 'bps' : 'bps-l2')
}

function percent(value: number, text: string): Parsed<Rate> {
  if (value > 0 && value <= 100) return parsed({ kind: 'percent', percent: value })
  return refuse('out-of-range', `\`${text}\` is not a share of the link`, 'more than 0% and at most 100%')
}

const noNumber = (text: string): string =>
  /^(max|full|unlimited|wire)/i.test(text.trim()) ? didYouMean('line') : examples

function wrongUnit(digits: string, unit: string): Refused {
  if (unit === '')
    return refuse(
      'bad-unit',
      `the rate ${digits} has no unit`,
      `${didYouMean(`${digits}pps`)} Or ${digits}Mbps?`,
    )
  return refuse('bad-unit', `\`${unit}\` is not a unit of rate`, rateHint(digits, unit))
}

/** The mistakes that people make: bytes for bits, `m` (milli) for `M`, `Gb/s`, `Gbit`, a bare `G`. */
function rateHint(digits: string, unit: string): string {
  const prefix = /^[kmgt]?/i.exec(unit)![0]!
  const rest = unit.slice(prefix.length)
  const si = prefix.toLowerCase() === 'k' ? 'k' : prefix.toUpperCase()
  if (/^B(ps|\/s|yte.*)?$/.test(rest)) return bytesHint(digits, si)
  if (/^(p|packets|frames|f|fps|p\/s|pkts?)(\/s|ps)?$/i.test(rest)) return didYouMean(`${digits}${si}pps`)
  if (/^b(it|its)?(\/s|ps|p)?(-l[12])?$/i.test(rest))
    return didYouMean(`${digits}${si}bps${/-l2$/.test(rest) ? '-l2' : ''}`)
  if (rest === '') return `bits or packets? Write \`${digits}${si}bps\` or \`${digits}${si}pps\``
  return examples
}

const bytesHint = (digits: string, si: string): string =>
  `B is bytes, and rates are in bits: ${digits} ${si}B/s is \`${unscale(Number(digits) * 8, 0)}${si}bps\``
