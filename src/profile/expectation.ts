import { parseCount } from '../units/count.js'
import { parseDuration } from '../units/duration.js'
import { isMetric, METRICS, metricNames, type Unit } from '../units/metrics.js'
import { type Parsed, parsed, type Refused, refuse } from '../units/parsed.js'
import { parseRate } from '../units/rate.js'
import { parseSize } from '../units/size.js'
import type { Expectation } from './model.js'
import { checked, describe, parseScalar, type Report } from './problem.js'
import { hintFor } from './suggest.js'

const json = {
  type: 'string',
  pattern: '^[A-Za-z0-9_.-]+ *(<=|>=|==|!=|<|>) *[0-9].*$',
  examples: ['loss_ratio == 0', 'latency_p99_ns < 50us', 'streams.udp.rx_packets >= 1M'],
}

/** One line of `expect`; the path is filled in when the whole profile is put together. */
export const expectation = checked<Omit<Expectation, 'path'>>(json, (input, report) =>
  typeof input === 'object' && input !== null
    ? notText(input, report)
    : parseScalar(input, parseExpectation, report, []),
)

/** `lost: 0` */
function notText(input: object, report: Report): undefined {
  const [[metric, value] = ['metric', 'value']] = Object.entries(input)
  const message = `an expectation is a text, not ${describe(input)}`
  report({ code: 'wrong-type', message, hint: `write \`${metric} == ${value}\``, path: [] })
}

export function parseExpectation(text: string): Parsed<Omit<Expectation, 'path'>> {
  const parts = /^\s*([\w.-]+)\s*(<=|>=|==|!=|<|>)\s*([^<>=!].*?)\s*$/.exec(text)
  if (!parts) return refuse('bad-value', `\`${text}\` is not an expectation`, shapeHint(text))
  const [, metric, op, valueText] = parts as unknown as [string, string, Expectation['op'], string]
  const name = /^streams\.[^.]+\.(?:[^.]+\.)?([^.]+)$/.exec(metric)?.[1] ?? metric
  if (!isMetric(name)) return refuse('bad-value', `\`${metric}\` is not a metric`, hintFor(name, metricNames))
  const value = parseValue(METRICS[name], valueText)
  return value.ok ? parsed({ text, metric, op, value: value.value }) : value
}

const shapeHint = (text: string): string =>
  /^[^<>=!]*=[^=]*$/.test(text)
    ? `did you mean \`${text.replace(/\s*=\s*/, ' == ')}\`?`
    : 'write `metric < value`, such as `latency_p99_ns < 50us`'

/** A bare number is in the unit that the metric's name ends with. */
function parseValue(unit: Unit, text: string): Parsed<number> {
  if (/^\d+(\.\d+)?(e-?\d+)?$/.test(text)) return parsed(Number(text))
  if (unit === 'packets' || unit === 'samples') return parseCount(text)
  if (unit === 'bytes') return parseSize(text)
  if (unit === 'ns') return parseDuration(text)
  if (unit === 's') return inSeconds(parseDuration(text))
  if (unit === 'pps' || unit === 'bps') return ofRate(unit, text)
  const percent = unit === 'ratio' ? /^(\d+(?:\.\d+)?) ?%$/.exec(text) : null
  if (percent) return parsed(Number(`${percent[1]}e-2`))
  return refuse(
    'bad-value',
    `\`${text}\` is not a number`,
    unit === 'ratio' ? 'write `0.001` or `0.1%`' : undefined,
  )
}

const inSeconds = (ns: Parsed<number>): Parsed<number> => (ns.ok ? parsed(Number(`${ns.value}e-9`)) : ns)

function ofRate(unit: 'pps' | 'bps', text: string): Parsed<number> | Refused {
  const rate = parseRate(text)
  if (!rate.ok) return rate
  if (rate.value.kind === 'pps' && unit === 'pps') return parsed(rate.value.pps)
  if (rate.value.kind === 'bps' && unit === 'bps') return parsed(rate.value.bps)
  return refuse('bad-unit', `\`${text}\` is not in ${unit}`, `write \`1M${unit}\``)
}
