/** The user's configuration: keys of a profile that hold wherever a profile does not say otherwise. */
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml'
import { lineStarts, type Position, positionOf } from './locate.js'
import { type MarkedText, markText } from './marks.js'
import { hintFor } from './suggest.js'
import { syntaxProblems, type TextProblem } from './syntax.js'

export interface Configuration {
  /** How diagnostics call it. */
  file: string
  text: string
}

/** What belongs to the machine and its user. What is sent is the profile's alone. */
export const configurable = ['seed', 'duration', 'cores', 'ports', 'safety'] as const

/** Puts what the profile does not give into it; says what is wrong with the configuration itself. */
export function configure(doc: Document, { file, text }: Configuration): TextProblem[] {
  const config = parseDocument(text, { prettyErrors: false, logLevel: 'error' })
  const inFile = (position: Position): Position => ({ ...position, setting: text, settingFile: file })
  const syntax = syntaxProblems(config, text)
  if (syntax.length > 0) return syntax.map(one => ({ ...one, position: inFile(one.position) }))
  const at = (node: Node): Position => {
    const [start, end] = node.range ?? [0, text.length]
    return inFile(positionOf(text, start, end, lineStarts(text)))
  }
  const { contents } = config
  if (contents === null || (isScalar(contents) && contents.value === null)) return []
  if (!isMap(contents)) return [{ ...notAMap, position: at(contents) }]
  markText(contents, { argument: text, offset: 0, file } satisfies MarkedText)
  const pairs = contents.items as Pair<Scalar, Node>[]
  const unknown = pairs.filter(({ key }) => !isConfigurable(String(key)))
  if (isMap(doc.contents))
    for (const pair of pairs) if (isConfigurable(String(pair.key)) && isNode(pair.value)) takeOver(doc, pair)
  return unknown.map(({ key }) => ({ ...unknownKey(String(key)), position: at(key) }))
}

/** A map that both have takes over the keys that it lacks; the names of ports are what a profile's streams refer to. */
function takeOver(doc: Document, { key, value }: Pair<Scalar, Node>): void {
  const top = doc.contents
  if (!isMap(top)) return
  const name = String(key)
  const given = top.get(name, true)
  if (given === undefined) top.items.push(doc.createPair(key, value) as never)
  else if (name === 'safety' && isMap(given) && isMap(value))
    for (const pair of value.items) if (!given.has(String(pair.key))) given.items.push(pair)
}

const isConfigurable = (key: string): boolean => (configurable as readonly string[]).includes(key)

const notAMap = {
  code: 'wrong-type',
  severity: 'error',
  message: 'the configuration is a map',
  hint: 'such as `cores: 2-5`',
} as const

const unknownKey = (key: string) => ({
  code: 'unknown-key',
  severity: 'error' as const,
  message: `\`${key}\` cannot be configured: what is sent is the profile's alone`,
  hint: hintFor(key, configurable),
})
