import type { Result } from '../stats/result.js'
import type { Report } from './report.js'

/** One document, schema `nmgen.result/1`. Absent values are null; keys keep the order of the schema. */
export function resultJson(result: Result): string {
  return `${JSON.stringify(result, null, 2)}\n`
}

export const json: Report = { file: 'result.json', end: resultJson, isReserved: true }
