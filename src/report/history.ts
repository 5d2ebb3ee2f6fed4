/** A history of runs: JSON lines, one a run, schema `nmgen.history/1`; appended to, never rewritten. */
import { appendFileSync, readFileSync } from 'node:fs'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { Metrics } from '../units/metrics.js'
import type { StoredResult } from './read.js'
import { writing } from './writing.js'

export const HISTORY_SCHEMA = 'nmgen.history/1'

export interface HistoryLine {
  schema: typeof HISTORY_SCHEMA
  started_at: string
  profile: string
  nmgen: string
  verdict: string
  metrics: Metrics
}

/** Runs that broke or missed their rate measured nothing that belongs in a trend. */
export function appendHistory(file: string, stored: readonly StoredResult[]): number {
  const usable = stored.filter(({ result: { verdict } }) => verdict === 'pass' || verdict === 'fail')
  const lines = usable.map(
    ({ result: { started_at, profile, environment, verdict, metrics } }): HistoryLine => ({
      schema: HISTORY_SCHEMA,
      started_at,
      profile: profile.name,
      nmgen: environment.nmgen,
      verdict,
      metrics,
    }),
  )
  const text = lines.map(line => `${JSON.stringify(line)}\n`).join('')
  writing(file, () => appendFileSync(file, text))
  return usable.length
}

/** In the order of their time. */
export function readHistory(file: string): HistoryLine[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    throw new NmgenError(
      'bad-history',
      `cannot read ${file}: ${code}`,
      Exit.usage,
      `begin one: nmgen trend ${file} --append RESULT...`,
      { cause },
    )
  }
  const lines = text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [parse(file, line, i + 1)]))
  return lines.sort((x, y) => (x.started_at < y.started_at ? -1 : x.started_at > y.started_at ? 1 : 0))
}

function parse(file: string, text: string, line: number): HistoryLine {
  try {
    const found = JSON.parse(text) as HistoryLine
    if (found.schema === HISTORY_SCHEMA && typeof found.metrics === 'object') return found
  } catch {
    // Said below, with its place.
  }
  throw new NmgenError(
    'bad-history',
    `${file}:${line}: no line of ${HISTORY_SCHEMA}`,
    Exit.invalid,
    'remove the line; a run that was cut short while it was written leaves half of one',
  )
}
