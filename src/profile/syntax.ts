import { type Document, isCollection, isScalar, type Node, visit } from 'yaml'
import { lineStarts, type Position, positionOf } from './locate.js'

/** A problem that is known by its position in the text, not by a path. */
export interface TextProblem {
  code: string
  severity: 'error' | 'warning'
  message: string
  hint?: string
  position: Position
}

type Words = Pick<TextProblem, 'code' | 'message' | 'hint'>
type Said = Document['errors'][number] | Document['warnings'][number]

/** The parser speaks of the grammar, a reader wants to know what to type. What is not here stands as it is. */
const words: readonly (readonly [when: RegExp, message: string, hint: string])[] = [
  [/^Tabs are not/, 'a tab cannot indent', 'indent with spaces'],
  [
    /^Implicit keys need|^Implicit map keys/,
    'this line is no `key: value`',
    'is the `:` missing, or a blank behind it?',
  ],
  [
    /^Nested mappings|^A block sequence may/,
    'a value cannot hold another `key: value`',
    'put it in quotes, or on a line of its own',
  ],
  [/^Missing closing/, 'this quote is not closed', 'end the text with the same quote'],
  [/end with a ]/, 'this bracket is not closed', 'end the list with `]`'],
  [/end with a }/, 'this brace is not closed', 'end the map with `}`'],
  [
    /^Sequence item without|^All (mapping|sequence) items/,
    'this line is indented otherwise than its neighbours',
    'begin it in the same column as they do',
  ],
  [/^Invalid escape/, 'a backslash in double quotes begins an escape that this is not', 'use single quotes'],
  [/^Source contains multiple/, 'a second document begins here', 'one file holds one profile'],
  [/^Missing ,/, 'there is no `,` between these', 'separate them with `,`'],
  [/^Missing space after :/, 'there is no blank behind the `:`', 'write `key: value`'],
  [
    /^Comments must/,
    'a `#` without a blank before it is no comment',
    'put a blank before it, or the text in quotes',
  ],
  [/^Plain value cannot|^Unexpected scalar/, 'a value cannot go on like this', 'put it in quotes'],
  [/^Unresolved tag/, 'tags mean nothing in a profile', 'remove it'],
]

/** A file of so many is no profile. */
const mostProblems = 100

/** What is wrong with the YAML itself. Once a line is not understood, what follows on it is no mistake of its own. */
export function syntaxProblems(doc: Document, text: string): TextProblem[] {
  const starts = lineStarts(text)
  const enclosed = doc.errors.some(isUnclosed) ? enclosedNodes(doc) : []
  const seen = new Set<string>()
  return [...doc.errors, ...doc.warnings]
    .filter(said => isFirst(said, positionOf(text, ...said.pos, starts), seen))
    .slice(0, mostProblems)
    .map(said => problemOf(said, text, starts, enclosed))
}

function isFirst({ code, name }: Said, { line }: Position, seen: Set<string>): boolean {
  const key = `${name} ${line}`
  if (code === 'DUPLICATE_KEY' || !seen.has(key)) {
    seen.add(key)
    return true
  }
  return false
}

function problemOf(
  said: Said,
  text: string,
  starts: readonly number[],
  enclosed: readonly Node[],
): TextProblem {
  const severity = said.name === 'YAMLWarning' ? 'warning' : 'error'
  if (said.code === 'DUPLICATE_KEY')
    return { severity, ...duplicateKey, position: keyAt(text, said.pos[0], starts) }
  const code = severity === 'error' ? 'yaml-syntax' : 'yaml-warning'
  const [start, end] = isUnclosed(said) ? opening(enclosed, said.pos) : said.pos
  return { severity, ...inWords(code, said.message), position: positionOf(text, start, end, starts) }
}

function inWords(code: string, said: string): Words {
  const [, message = said, hint = undefined] = words.find(([when]) => when.test(said)) ?? []
  return { code, message, ...(hint !== undefined && { hint }) }
}

const duplicateKey: Words = {
  code: 'duplicate-key',
  message: 'this key stands twice in one map',
  hint: 'remove one of the two',
}

/** yaml reports a duplicate key by one character; mark the whole word. */
const keyAt = (text: string, start: number, starts: readonly number[]): Position =>
  positionOf(
    text,
    start,
    start + (/^[^\s:,{}[\]]+/.exec(text.slice(start, start + 100))?.[0].length ?? 1),
    starts,
  )

const isUnclosed = ({ message }: Said): boolean => /^Missing closing|end with a [\]}]/.test(message)

/** What is not closed is noticed far behind; the place to look at is where it was opened. */
function opening(enclosed: readonly Node[], pos: [number, number]): [number, number] {
  let last: Node['range']
  for (const { range } of enclosed) if (range![0] < pos[0] && (!last || range![1] >= last[1])) last = range
  return last ? [last[0], last[0] + 1] : pos
}

function enclosedNodes(doc: Document): Node[] {
  const found: Node[] = []
  visit(doc, {
    Node(_, node) {
      if ((node as Node).range && isEnclosed(node as Node)) found.push(node as Node)
    },
  })
  return found
}

const isEnclosed = (node: Node): boolean =>
  isScalar(node)
    ? node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE'
    : isCollection(node) && node.flow === true
