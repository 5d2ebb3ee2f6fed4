/** Tables of `bench/run.mjs` (schema `nmgen.bench/3`) as what `nmgen compare` compares: a run for each sample of a row. */
import { readFileSync, statSync } from 'node:fs'
import * as z from 'zod'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { type Environment, RESULT_SCHEMA, type Result } from '../stats/result.js'
import { type Metrics, metricNames } from '../units/metrics.js'
import { readResults, type StoredResult } from './read.js'

const row = z.object({ name: z.string(), pps: z.object({ samples: z.array(z.number().nonnegative()) }) })

const shape = z.object({
  schema: z.literal('nmgen.bench/3'),
  started_at: z.string(),
  environment: z.looseObject({
    nmgen: z.string(),
    kernel: z.string(),
    hugepages: z.array(z.looseObject({})),
  }),
  rows: z.array(row),
  kernel: z.array(row).nullable(),
})

export interface Comparable {
  kind: 'bench' | 'runs'
  stored: readonly StoredResult[]
}

/** Stored results, or the samples of a table, each row of which is a profile of its own. */
export function readComparable(path: string): Comparable {
  const document = benchIn(path)
  if (document === undefined) return { kind: 'runs', stored: readResults(path) }
  const table = shape.safeParse(document)
  if (!table.success) {
    const [issue] = table.error.issues
    throw refused(`${path} is no table of this version: ${issue!.path.join('.')}: ${issue!.message}`)
  }
  const { started_at, environment, rows, kernel } = table.data
  const results = [...rows, ...(kernel ?? [])].flatMap(({ name, pps }) =>
    pps.samples.map(sample => ({
      file: path,
      result: resultOf(name, sample, { path, started_at, environment }),
    })),
  )
  return { kind: 'bench', stored: results }
}

/** undefined: whoever reads results has to say what it is. */
function benchIn(path: string): object | undefined {
  try {
    if (!statSync(path).isFile()) return undefined
    const document: unknown = JSON.parse(readFileSync(path, 'utf8'))
    const { schema } = document as { schema?: unknown }
    return String(schema).startsWith('nmgen.bench/') ? (document as object) : undefined
  } catch {
    return undefined
  }
}

const refused = (message: string): NmgenError =>
  new NmgenError('bad-result', message, Exit.invalid, 'make it again with `node bench/run.mjs`')

interface Taken {
  path: string
  started_at: string
  environment: object
}

const nothing = Object.fromEntries(metricNames.map(name => [name, null])) as Record<string, null>

/** Of a row, the rate alone is known; what was sent and by whom is in its name. */
function resultOf(name: string, pps: number, { path, started_at, environment }: Taken): Result {
  return {
    schema: RESULT_SCHEMA,
    verdict: 'pass',
    stopped: 'duration',
    limited_by: null,
    started_at,
    metrics: { ...nothing, tx_pps: pps } as Metrics,
    accuracy: null,
    thresholds: [],
    warnings: [],
    streams: {},
    ports: [],
    queues: [],
    profile: { name, file: path, sha256: '', captures: [], seed: 0, overrides: {}, resolved: null },
    environment: environment as Environment,
  }
}
