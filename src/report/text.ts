/** The summary for people. Written from the result alone, so that it can be written again from result.json. */

import { inUnit } from '../stats/format.js'
import type { Result } from '../stats/result.js'
import { marks, paint, plainStyle, type Style, wrap } from '../stats/style.js'
import { isMetric, METRICS } from '../units/metrics.js'
import { groupTables } from './groups.js'
import type { Report } from './report.js'
import { type Row, rows } from './rows.js'
import { queueTable, streamTable } from './tables.js'
import { headline } from './verdict.js'

const GUTTER = 2
const LABEL = 12

export interface TextOptions {
  style: Style
  /** Where the files of the run are; null: none were written. */
  folder: string | null
}

export function resultText(result: Result, { style, folder }: TextOptions): string {
  const blocks = [
    headline(result, style),
    thresholds(result, style),
    rows(result).flatMap(row => rowLines(row, style)),
    queueTable(result),
    streamTable(result),
    ...groupTables(result),
    warnings(result, style),
    folder === null ? [] : [`  ${'results'.padEnd(LABEL)}${folder}`],
  ]
  const text = blocks.filter(lines => lines.length > 0).map(lines => lines.join('\n'))
  return `${text.join('\n\n')}\n`
}

function thresholds(result: Result, style: Style): string[] {
  const mark = marks(style)
  return result.thresholds.map(({ passed, text, metric, measured, reason }) => {
    const sign = passed ? paint(style, 'green', mark.pass) : paint(style, 'red', mark.fail)
    const name = metric.slice(metric.lastIndexOf('.') + 1)
    const value = isMetric(name) ? inUnit(measured, METRICS[name]) : String(measured)
    return `  ${sign} ${text}: ${reason ?? value}`
  })
}

function rowLines({ label, parts }: Row, style: Style): string[] {
  const room = style.width - GUTTER - LABEL
  return fill(parts, room).map((line, index) => `  ${(index === 0 ? label : '').padEnd(LABEL)}${line}`)
}

// Parts are never cut: a line breaks between them.
function fill(parts: readonly string[], room: number): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 3 + part.length <= room)
      lines[lines.length - 1] = `${last}   ${part}`
    else lines.push(part)
  }
  return lines
}

function warnings(result: Result, style: Style): string[] {
  return result.warnings.flatMap(({ code, message, advice }) => {
    const [first = '', ...rest] = wrap(`${code}: ${message}`, style.width - 4, '')
    const hint = advice === undefined ? [] : wrap(`advice: ${advice}`, style.width - 4, '  ')
    return [`  ${paint(style, 'yellow', '!')} ${first}`, ...[...rest, ...hint].map(line => `    ${line}`)]
  })
}

export const text: Report = {
  file: 'summary.txt',
  end: result => resultText(result, { style: plainStyle, folder: null }),
}
