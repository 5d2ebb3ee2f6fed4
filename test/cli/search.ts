import { join } from 'node:path'
import type { FindReport } from '../../src/report/search/report.js'
import { nmgen, type Options, type Ran } from './nmgen.js'

export interface Searched extends Ran {
  /** Of the search. */
  out: string
  report: FindReport
}

/** `nmgen find … --json`, into a folder of its own unless it goes on with one or keeps none. */
export async function find(
  folder: string,
  args: readonly string[],
  options: Options = {},
): Promise<Searched> {
  const out = join(folder, 'search')
  const to = args.includes('--resume') || args.includes('--no-out') ? [] : ['--out', out]
  const ran = await nmgen(['find', ...args, ...to, '--json', '--quiet'], { timeout: 100_000, ...options })
  if (ran.stdout === '') throw new Error(`no report, exit ${ran.code}: ${ran.stderr}`)
  return { ...ran, out, report: JSON.parse(ran.stdout) as FindReport }
}

/** Short trials, of which one decides nothing alone. */
export const brief = (trial = '200ms') => ['--preset', 'quick', '--trial', trial, '--warm-up', '50ms']
