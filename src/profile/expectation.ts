import { parseCount } from '../units/count.js'
import { parseDuration } from '../units/duration.js'
import { type MetricPath, metricPath } from '../units/metric-path.js'
import {
  GROUP_METRICS,
  isGroupMetric,
  isMetric,
  METRICS,
  type MetricName,
  metricNames,
  type Unit,
} from '../units/metrics.js'
import { type Parsed, parsed, type Refused, refuse, type Span } from '../units/parsed.js'
import { parseRate } from '../units/rate.js'
import { parseSize } from '../units/size.js'
import type { Expectation } from './model.js'
import { checked, describe, parseScalar, type Report } from './problem.js'
import { hintFor } from './suggest.js'

const json = {
  type: 'string',
  pattern: '^[A-Za-z0-9_.-]+(\\[[^\\[\\]]+\\]\\.[a-z0-9_]+)? *(<=|>=|==|!=|<|>) *[0-9].*$',
  examples: [
    'loss_ratio == 0',
    'latency_p99_ns < 50us',
    'streams.udp.rx_packets >= 1M',
    'account[vlan.priority=5].lost == 0',
  ],
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
  const { metric, operator, value } = piecesOf(text)
  const { from } = metric
  const wrong = (span: Span): Refused => ({
    ...refuse('bad-value', `\`${text}\` is not an expectation`, shapeHint(text)),
    span,
  })
  if (metric.text === '') return wrong(pointAt(text, from))
  if (!isOperator(operator.text)) return wrong(operator.text === '' ? pointAt(text, operator.from) : operator)
  if (value.text === '' || /[<>=!]/.test(value.text))
    return wrong(value.text ? value : pointAt(text, value.from))
  const path = metricPath(metric.text)
  const refused = path ? refusedName(metric.text, path) : notAMetric(metric.text, metric.text)
  if (refused) return { ...refused, span: metric }
  const parsedValue = parseValue(METRICS[path!.name as MetricName], value.text)
  if (!parsedValue.ok) return { ...parsedValue, span: value }
  return parsed({ text, metric: metric.text, op: operator.text, value: parsedValue.value })
}

interface Piece extends Span {
  text: string
}

/** What stands where the metric, the operator and the value belong. */
function piecesOf(text: string): Record<'metric' | 'operator' | 'value', Piece> {
  const found = /^(\s*)([\w.-]*(?:\[[^\]]*\][\w.-]*)?)(\s*)([<>=!]*)(\s*)(.*?)\s*$/s.exec(text)!
  const at = (k: number) => found.slice(1, k).reduce((sum, part) => sum + part.length, 0)
  const piece = (k: number): Piece => ({ text: found[k]!, from: at(k), to: at(k) + found[k]!.length })
  return { metric: piece(2), operator: piece(4), value: piece(6) }
}

const pointAt = (text: string, from: number): Span => ({
  from,
  to: Math.max(from + 1, text.trimEnd().length),
})

const operators = ['<', '<=', '==', '!=', '>=', '>'] as const
const isOperator = (text: string): text is Expectation['op'] =>
  (operators as readonly string[]).includes(text)

function refusedName(metric: string, { stream, group, name }: MetricPath): Refused | undefined {
  const tooDeep = group === null && (stream?.split('.').length ?? 0) > 2
  if (!isMetric(name) || tooDeep) return notAMetric(metric, name)
  if (group === null || isGroupMetric(name)) return undefined
  return refuse('bad-value', `\`${name}\` is not known of groups`, `of groups: ${GROUP_METRICS.join(', ')}`)
}

const notAMetric = (metric: string, name: string): Refused =>
  refuse('bad-value', `\`${metric}\` is not a metric`, hintFor(name, metricNames))

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
