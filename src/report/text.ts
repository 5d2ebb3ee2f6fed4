/** The summary for people. Written from the result alone, so that it can be written again from result.json. */

import { inUnit } from '../stats/format.js'
import type { Result } from '../stats/result.js'
import { fill, marks, paint, plainStyle, type Style, wrap } from '../stats/style.js'
import { isMetric, METRICS } from '../units/metrics.js'
import { groupTables } from './groups.js'
import { marked } from './lines.js'
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
    queueTable(result, style),
    streamTable(result, style),
    ...groupTables(result, style),
    warnings(result, style),
    folder === null ? [] : [`  ${'results'.padEnd(LABEL)}${folder}`],
  ]
  const text = blocks.filter(lines => lines.length > 0).map(lines => lines.join('\n'))
  return `${text.join('\n\n')}\n`
}

function thresholds(result: Result, style: Style): string[] {
  const mark = marks(style)
  return result.thresholds.flatMap(({ passed, text, metric, measured, reason }) => {
    const sign = passed ? paint(style, 'green', mark.pass) : paint(style, 'red', mark.fail)
    const name = metric.slice(metric.lastIndexOf('.') + 1)
    const value = isMetric(name) ? inUnit(measured, METRICS[name]) : String(measured)
    const [first = '', ...rest] = wrap(
      `${text}: ${reason ?? value}`,
      style.width - 2 - (passed ? mark.pass : mark.fail).length - 1,
      '  ',
    )
    return [`  ${sign} ${first}`, ...rest.map(line => `    ${line}`)]
  })
}

function rowLines({ label, parts }: Row, style: Style): string[] {
  const room = style.width - GUTTER - LABEL
  return fill(parts, room).map((line, index) => `  ${(index === 0 ? label : '').padEnd(LABEL)}${line}`)
}

function warnings(result: Result, style: Style): string[] {
  return result.warnings.flatMap(({ code, message, advice }) =>
    marked(`${code}: ${message}`, style, advice === undefined ? '' : `advice: ${advice}`),
  )
}

export const text: Report = {
  file: 'summary.txt',
  end: result => resultText(result, { style: plainStyle, folder: null }),
}
