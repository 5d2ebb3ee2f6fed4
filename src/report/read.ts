/** Results back from disk. What is damaged, cut short or of a later version is refused with a sentence, never guessed. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { RESULT_SCHEMA, type Result } from '../stats/result.js'
import { metricNames } from '../units/metrics.js'

export interface StoredResult {
  file: string
  result: Result
  /** What it was merged of: histograms and series lie beside these. */
  parts?: readonly StoredResult[]
}

const metric = z.number().nullable()

/** Of a result, what a comparison or a report cannot do without; the rest is passed on as it is. */
const shape = z.looseObject({
  verdict: z.enum(['pass', 'fail', 'invalid', 'broken', 'interrupted']),
  metrics: z.looseObject(Object.fromEntries(metricNames.map(name => [name, metric.optional()]))),
  thresholds: z.array(z.looseObject({ text: z.string(), passed: z.boolean() })),
  warnings: z.array(z.looseObject({ code: z.string(), message: z.string() })),
  streams: z.record(z.string(), z.looseObject({})),
  ports: z.array(
    z.looseObject({ name: z.string(), uri: z.string(), facts: z.record(z.string(), z.string()) }),
  ),
  queues: z.array(z.looseObject({ direction: z.enum(['tx', 'rx']), port: z.string(), queue: z.number() })),
  profile: z.looseObject({
    name: z.string(),
    file: z.string(),
    seed: z.number(),
    captures: z.array(z.looseObject({ sha256: z.string() })),
  }),
  environment: z.looseObject({
    nmgen: z.string(),
    kernel: z.string(),
    hugepages: z.array(z.looseObject({})),
  }),
})

/** Of a result file, a run's folder, or a folder of these: every result below, in the order of their names. */
export function readResults(path: string): StoredResult[] {
  const files = resultFiles(path)
  if (files.length > 0) return files.map(file => ({ file, result: readResult(file) }))
  throw refused(path, 'holds no result.json', 'name a result, the folder of a run, or a folder of these')
}

function resultFiles(path: string): string[] {
  if (attempt(path, () => statSync(path)).isFile()) return [path]
  const entries = attempt(path, () => readdirSync(path, { withFileTypes: true }))
  const here = entries.filter(isResult).map(({ name }) => join(path, name))
  const below = entries
    .filter(entry => entry.isDirectory())
    .flatMap(({ name }) => resultFiles(join(path, name)))
  return [...here, ...below].sort()
}

const isResult = (entry: Dirent): boolean => entry.isFile() && /^result(\.\d+)?\.json$/.test(entry.name)

export function readResult(file: string): Result {
  const text = attempt(file, () => readFileSync(file, 'utf8'))
  const document = parse(file, text)
  const { schema } = document
  if (schema !== RESULT_SCHEMA) throw notOurs(file, schema)
  const checked = shape.safeParse(document)
  if (!checked.success) {
    const [issue] = checked.error.issues
    throw refused(file, `is damaged: ${issue!.path.join('.')}: ${issue!.message}`, 'make the run again')
  }
  return withAllMetrics(document as unknown as Result)
}

function parse(file: string, text: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(text)
    if (typeof document === 'object' && document !== null) return document as Record<string, unknown>
  } catch (cause) {
    const cut = text.trimEnd().endsWith('}') ? '' : ', cut short'
    throw refused(file, `is no JSON${cut}: ${(cause as Error).message}`, 'make the run again')
  }
  throw refused(file, 'is no result', 'results are the result.json of a run')
}

function notOurs(file: string, schema: unknown): NmgenError {
  const [name, version] = RESULT_SCHEMA.split('/')
  const found = typeof schema === 'string' ? /^nmgen\.result\/(\d+)$/.exec(schema)?.[1] : undefined
  if (found === undefined)
    return refused(file, `is no ${name}: its schema is ${JSON.stringify(schema)}`, 'name a result.json')
  return refused(
    file,
    `has version ${found}, and this nmgen reads version ${version}`,
    'use the nmgen that wrote it, or a later one',
  )
}

// A metric that an earlier nmgen did not have was not measured.
function withAllMetrics(result: Result): Result {
  const none = Object.fromEntries(metricNames.map(name => [name, null]))
  return { ...result, metrics: { ...none, ...result.metrics } as Result['metrics'] }
}

const refused = (file: string, why: string, hint: string): NmgenError =>
  new NmgenError('bad-result', `${file} ${why}`, Exit.invalid, hint)

function attempt<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    throw new NmgenError(
      'bad-result',
      `cannot read ${path}: ${code}`,
      Exit.usage,
      'name a result that exists',
      { cause },
    )
  }
}

export function byProfile(stored: readonly StoredResult[]): Map<string, StoredResult[]> {
  const sets = new Map<string, StoredResult[]>()
  for (const one of stored) {
    const { name } = one.result.profile
    sets.set(name, [...(sets.get(name) ?? []), one])
  }
  return sets
}
