/** Searches back from disk. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { NmgenError } from '../../errors.js'
import { Exit } from '../../exit.js'
import { FIND_SCHEMA, type FindReport } from './report.js'

/** null: `path` is no search, but maybe a result. */
export function readSearch(path: string): FindReport | null {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'find.json') : path
  if (!file.endsWith('find.json') || !existsSync(file)) return null
  const report = parse(file)
  if (report.schema === FIND_SCHEMA) return report
  throw refused(file, `its schema is ${JSON.stringify(report.schema)}, and this nmgen reads ${FIND_SCHEMA}`)
}

function parse(file: string): FindReport {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as FindReport
  } catch (cause) {
    throw refused(file, (cause as Error).message)
  }
}

const refused = (file: string, why: string): NmgenError =>
  new NmgenError(
    'bad-result',
    `${file} is no search: ${why}`,
    Exit.invalid,
    'nmgen find --resume FOLDER --offline writes it anew',
  )
