import { type Alias, type Document, parseDocument, visit } from 'yaml'
import { change, unchanged } from './change.js'
import { type Configuration, configure } from './configure.js'
import {
  type GivenBy,
  lineStarts,
  locateIn,
  originIn,
  type Position,
  placeIn,
  positionOf,
  positionOfNode,
  type Source,
} from './locate.js'
import type { NodeProblem } from './marks.js'
import type { YamlPath } from './model.js'
import { readPlainData } from './plain-data.js'
import { hintFor } from './suggest.js'
import { syntaxProblems, type TextProblem } from './syntax.js'

export interface ProfileDocument {
  /** Plain data, or undefined where the text is too broken to be looked at. */
  data: unknown
  problems: TextProblem[]
  locate(path: YamlPath, at?: 'key'): Position
  /** Who gave the value at `path`; undefined: nobody, it is a default. */
  origin(path: YamlPath): GivenBy | undefined
  /** The same with the line: `profile:12`. */
  place(path: YamlPath): string | undefined
  /** How many combinations `matrix` has, and the values of this one by path. */
  combinations: number
  values: Readonly<Record<string, string>>
  /** Streams that could not take over what they are like: what they lack is no mistake of its own. */
  broken: ReadonlySet<number>
}

/** Aliases that may be followed: a "billion laughs" file has many more, a profile written by people has few. */
const maxAliasCount = 100
/** And in all, each of one value: finding its anchor takes a walk through the text. */
const mostAliases = 1000

export interface DocumentOptions {
  /** `--set` arguments. */
  set: readonly string[]
  /** Which combination of `matrix`. */
  pick: number
  /** The user's, for what the profile does not say. */
  config?: Configuration
}

/**
 * Reads the text, applies a combination of `matrix` and the `--set` arguments, and lets streams take over what they
 * are `like`. Beside its helpers nothing imports `yaml`.
 */
export function readDocument(text: string, options: DocumentOptions): ProfileDocument {
  const data = readPlainData(text, options)
  return data === undefined ? parse(text, options) : plain(data, text, options)
}

/** Data that nothing is wrong with, so far; positions are for whoever asks. */
function plain(data: unknown, text: string, options: DocumentOptions): ProfileDocument {
  let parsed: ProfileDocument | undefined
  const whole = () => {
    parsed ??= parse(text, options)
    return parsed
  }
  const locate: ProfileDocument['locate'] = (path, at) => whole().locate(path, at)
  const origin: ProfileDocument['origin'] = path => whole().origin(path)
  const place: ProfileDocument['place'] = path => whole().place(path)
  return { data, problems: [], locate, origin, place, combinations: 1, values: {}, broken: new Set() }
}

function parse(text: string, { set, pick, config }: DocumentOptions): ProfileDocument {
  const doc = parseDocument(text, { prettyErrors: false, logLevel: 'error' })
  const problems = syntaxProblems(doc, text)
  const aliases = aliasesOf(doc)
  const tooMany = aliases.length > mostAliases
  if (tooMany) problems.push(aliasProblem(aliases, text, mostAliases))
  const configured = config && !tooMany ? configure(doc, config) : []
  const changed = tooMany ? unchanged() : change(doc, set, pick)
  const source: Source = { doc, text, starts: lineStarts(text), settings: changed.settings }
  problems.push(...configured, ...changed.problems.map(problem => inText(problem, source)))
  const locate = (path: YamlPath, at?: 'key') => locateIn(source, path, at)
  const origin = (path: YamlPath) => originIn(source, path)
  const place = (path: YamlPath) => placeIn(source, path)
  const { combinations, values, broken } = changed
  const readable = !tooMany && !problems.some(problem => problem.code === 'yaml-syntax')
  const data = readable ? toData(doc, text, problems) : undefined
  return { data, problems, locate, origin, place, combinations, values, broken }
}

/** In the text of a node, or in the argument that it came from. */
function inText({ node, position, ...words }: NodeProblem, { text, starts }: Source): TextProblem {
  return { severity: 'error', ...words, position: position ?? positionOfNode(node, text, starts) }
}

function toData(doc: Document, text: string, problems: TextProblem[]): unknown {
  try {
    return doc.toJS({ maxAliasCount })
  } catch (error) {
    // yaml throws a ReferenceError for an alias without an anchor and for too many aliases; nothing else is expected.
    if (!(error instanceof ReferenceError)) throw error
    problems.push(
      aliasProblem(aliasesOf(doc), text, error.message.startsWith('Excessive') ? maxAliasCount : undefined),
    )
    return undefined
  }
}

interface FoundAlias {
  alias: Alias
  /** An anchor of its name stands above it. */
  leads: boolean
  /** All anchors of the text. */
  anchors: ReadonlySet<string>
}

/** In one walk: `Alias.resolve` takes one for each alias. */
function aliasesOf(doc: Document): FoundAlias[] {
  const anchors = new Set<string>()
  const found: FoundAlias[] = []
  visit(doc, {
    Alias(_, alias) {
      found.push({ alias, leads: anchors.has(alias.source), anchors })
    },
    Node(_, node) {
      if ('anchor' in node && node.anchor) anchors.add(node.anchor)
    },
  })
  return found
}

/** `most`: they are more than that. */
function aliasProblem(aliases: readonly FoundAlias[], text: string, most: number | undefined): TextProblem {
  // The one that leads nowhere, or the first of the too many.
  const bad = (most === undefined && aliases.find(({ leads }) => !leads)) || aliases[0]
  const range = bad?.alias.range ?? [0, 1]
  const name = bad?.alias.source ?? ''
  const message =
    most === undefined
      ? `no anchor is called \`&${name}\` above this alias`
      : `more than ${most} aliases are followed`
  const hint =
    most !== undefined
      ? 'streams that share much are shorter with `like`'
      : bad?.anchors.has(name)
        ? 'the anchor must stand above its aliases'
        : hintFor(name, [...(bad?.anchors ?? [])])
  return {
    code: 'yaml-alias',
    severity: 'error',
    message,
    hint,
    position: positionOf(text, range[0], range[1]),
  }
}
