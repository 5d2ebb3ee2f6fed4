import { type Alias, type Document, isMap, parseDocument, visit } from 'yaml'
import { inSetting, lineStarts, locateIn, originIn, type Position, positionOf } from './locate.js'
import type { YamlPath } from './model.js'
import { applySetting, type Setting } from './setting.js'

/** A problem that is known by its position in the text, not by a path. */
export interface TextProblem {
  code: string
  severity: 'error' | 'warning'
  message: string
  hint?: string
  position: Position
}

export interface ProfileDocument {
  /** Plain data, or undefined where the text is too broken to be looked at. */
  data: unknown
  problems: TextProblem[]
  locate(path: YamlPath, at?: 'key'): Position
  /** Who gave the value at `path`; undefined: nobody, it is a default. */
  origin(path: YamlPath): 'profile' | '--set' | undefined
}

/** Aliases that may be followed: a "billion laughs" file has many more, a profile written by people has few. */
const maxAliasCount = 100

/** Reads the text and applies the `--set` arguments to it. Beside locate.ts and setting.ts nothing imports `yaml`. */
export function readDocument(text: string, set: readonly string[]): ProfileDocument {
  const doc = parseDocument(text, { prettyErrors: false, logLevel: 'error' })
  const problems = [...doc.errors, ...doc.warnings].map(error => textProblem(text, error))
  const settings: Setting[] = []
  if (isMap(doc.contents))
    for (const argument of set) {
      const result = applySetting(doc, argument)
      if ('message' in result)
        problems.push({
          code: 'bad-set',
          severity: 'error',
          ...result,
          position: inSetting(argument, result.range),
        })
      else settings.push(result)
    }
  const source = { doc, text, starts: lineStarts(text), settings }
  const locate = (path: YamlPath, at?: 'key') => locateIn(source, path, at)
  const origin = (path: YamlPath) => originIn(source, path)
  if (problems.some(problem => problem.code === 'yaml-syntax'))
    return { data: undefined, problems, locate, origin }
  return { data: toData(doc, text, problems), problems, locate, origin }
}

function textProblem(
  text: string,
  { name, code, message, pos }: Document['errors'][number] | Document['warnings'][number],
): TextProblem {
  const severity = name === 'YAMLWarning' ? 'warning' : 'error'
  const position = positionOf(text, pos[0], pos[1])
  if (code === 'TAB_AS_INDENT')
    return { code: 'yaml-syntax', severity, message, hint: 'indent with spaces', position }
  if (code !== 'DUPLICATE_KEY')
    return { code: severity === 'error' ? 'yaml-syntax' : 'yaml-warning', severity, message, position }
  return {
    code: 'duplicate-key',
    severity,
    message: 'this key stands twice in one map',
    hint: 'remove one of the two',
    position: keyAt(text, pos[0]),
  }
}

/** yaml reports a duplicate key by one character; mark the whole word. */
const keyAt = (text: string, start: number): Position =>
  positionOf(text, start, start + (/^[^\s:,{}[\]]+/.exec(text.slice(start))?.[0].length ?? 1))

function toData(doc: Document, text: string, problems: TextProblem[]): unknown {
  try {
    return doc.toJS({ maxAliasCount })
  } catch (error) {
    // yaml throws a ReferenceError for an alias without an anchor and for too many aliases; nothing else is expected.
    if (!(error instanceof ReferenceError)) throw error
    const bad = suspectAlias(doc)
    const range = bad?.range ?? [0, 1]
    const message = error.message.startsWith('Excessive')
      ? `more than ${maxAliasCount} aliases are followed`
      : `no anchor is called \`&${bad?.source}\` above this alias`
    problems.push({
      code: 'yaml-alias',
      severity: 'error',
      message,
      position: positionOf(text, range[0], range[1]),
    })
    return undefined
  }
}

/** The first alias that leads nowhere, else the first of the too many. */
function suspectAlias(doc: Document): Alias | undefined {
  const aliases: Alias[] = []
  visit(doc, {
    Alias(_, alias) {
      aliases.push(alias)
    },
  })
  return aliases.find(alias => !alias.resolve(doc)) ?? aliases[0]
}
