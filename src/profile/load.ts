import { checkVariables } from './check-variables.js'
import type { Configuration } from './configure.js'
import { type Diagnostic, inFileOrder, unique } from './diagnostics.js'
import { type ProfileDocument, readDocument } from './document.js'
import { problemsOf } from './issues.js'
import type { GivenBy, Position } from './locate.js'
import type { Profile, YamlPath } from './model.js'
import { describe, isMap, type Problem } from './problem.js'
import { checkReferences } from './references.js'
import { resolve } from './resolve.js'
import { profileSchema, streamSchema } from './schema.js'
import { keyHints } from './schema-walk.js'
import { checkSources } from './sources.js'

export interface LoadOptions {
  /** How diagnostics call the file. */
  file: string
  /** `--set` arguments, applied in order before anything is checked. */
  set?: readonly string[]
  /** Which combination of `matrix` (default: the first). */
  pick?: number
  /** The user's configuration, below the profile. */
  config?: Configuration
}

export interface Loaded {
  /** Present where no diagnostic is an error. */
  profile?: Profile
  /** All of them, in file order. */
  diagnostics: Diagnostic[]
  /** For whoever finds more to say about the profile later. */
  locate(path: YamlPath): Position
  /** How many combinations `matrix` has (1 without it), and the values of this one by path. */
  combinations: number
  values: Readonly<Record<string, string>>
  /** Who gave the value at `path`. */
  origin(path: YamlPath): 'default' | GivenBy
  /** The same with the line: `profile:12`, `config:3`, `like fill:8`. */
  place(path: YamlPath): string
}

/** Room for 30,000 streams that a script wrote out, each in 250 bytes; a file of gigabytes is a mistake. */
const maxBytes = 8 << 20

/** Reads and checks a profile. Bad input is answered by diagnostics; only a bug throws. */
export function loadProfile(text: string, { file, set = [], pick = 0, config }: LoadOptions): Loaded {
  const source = text.length > maxBytes ? '' : text.replace(/^\ufeff/, '')
  const document = readDocument(source, { set, pick, ...(config && { config }) })
  const { problems, profile } =
    text.length > maxBytes ? { problems: [tooLarge], profile: undefined } : check(document)
  const inText = document.problems.map(
    ({ position, ...rest }): Diagnostic => ({ ...rest, path: [], file, ...position }),
  )
  const diagnostics = unique([...inText, ...problems.map(problem => place(problem, document, file))]).sort(
    inFileOrder,
  )
  const failed = diagnostics.some(diagnostic => diagnostic.severity === 'error')
  return {
    ...(profile && !failed && { profile }),
    diagnostics,
    combinations: document.combinations,
    values: document.values,
    locate: path => document.locate(path),
    origin: path => document.origin(path) ?? 'default',
    place: path => document.place(path) ?? 'default',
  }
}

const tooLarge: Problem = {
  code: 'file-too-large',
  message: 'the file is larger than 8 MiB',
  hint: 'is this a profile?',
  path: [],
}

function check({ data, problems, broken }: ProfileDocument): { problems: Problem[]; profile?: Profile } {
  if (data === undefined && problems.length > 0) return { problems: [] }
  if (!isMap(data)) {
    const empty = data === null || data === undefined
    const message = empty ? 'the profile is empty' : `a profile is a map, not ${describe(data)}`
    return {
      problems: [
        { code: empty ? 'empty-profile' : 'wrong-type', message, hint: 'begin with `version: 1`', path: [] },
      ],
    }
  }
  const lacking = checkSources(Array.isArray(data.streams) ? data.streams : [], streamKeys)
  const references = [
    ...checkReferences(data),
    ...checkVariables(data),
    ...lacking.filter(problem => !isLacking(problem, broken)),
  ]
  const shape = profileSchema.safeParse(data)
  if (!shape.success) {
    const found = problemsOf(shape.error, profileSchema, data).filter(problem => !isLacking(problem, broken))
    return { problems: [...found, ...references] }
  }
  const failed = references.some(({ severity }) => severity !== 'warning')
  return { problems: references, ...(!failed && { profile: resolve(shape.data) }) }
}

const streamKeys = keyHints(streamSchema)

const isLacking = ({ code, path }: Problem, broken: ReadonlySet<number>): boolean =>
  code === 'missing-key' && path[0] === 'streams' && broken.has(Number(path[1])) && path.length === 3

function place({ at, ...problem }: Problem, document: ProfileDocument, file: string): Diagnostic {
  return { severity: 'error', ...problem, file, ...document.locate(problem.path, at) }
}
