import { type Document, isAlias, isMap, isSeq, type Node } from 'yaml'
import { inherit } from './inherit.js'
import { inSetting } from './locate.js'
import type { NodeProblem } from './marks.js'
import { matrixChanges } from './matrix.js'
import { applySetting, place, readSetting, type Setting } from './setting.js'

interface Changed {
  settings: Setting[]
  problems: NodeProblem[]
  combinations: number
  values: Readonly<Record<string, string>>
  broken: ReadonlySet<number>
}

/** One change of the document; says what is wrong with it. */
interface Change {
  words: readonly string[]
  apply(): NodeProblem | undefined
}

export const unchanged = (): Changed => ({
  settings: [],
  problems: [],
  combinations: 1,
  values: {},
  broken: new Set(),
})

/**
 * Works off everything that changes a document after it was written. `matrix` goes first and `--set` after it, so that
 * flags have the last word. What changes a key that a stream only takes over waits until it has taken it over.
 */
export function change(doc: Document, set: readonly string[], pick: number): Changed {
  const nothing = unchanged()
  const { settings, problems } = nothing
  if (!isMap(doc.contents)) return nothing
  const flags = set.flatMap(argument => flagChange(doc, argument, settings, problems))
  const run = (changes: readonly Change[]) => problems.push(...changes.flatMap(one => one.apply() ?? []))
  run(flags.filter(({ words }) => words[0] === 'matrix'))
  const matrix = matrixChanges(doc, pick)
  problems.push(...matrix.problems)
  const all = [
    ...matrix.changes.map(({ path, key, value }): Change => {
      const words = path.split('.')
      const apply = () => {
        const placed = place(doc, words, value, { key })
        return 'message' in placed ? { code: 'bad-matrix', ...placed, node: key } : undefined
      }
      return { words, apply }
    }),
    ...flags.filter(({ words }) => words[0] !== 'matrix'),
  ]
  const later = all.filter(({ words }) => isTakenOver(doc, words))
  run(all.filter(one => !later.includes(one)))
  const inherited = inherit(doc)
  problems.push(...inherited.problems)
  run(later)
  return { ...nothing, ...matrix, problems, broken: inherited.broken }
}

function flagChange(
  doc: Document,
  argument: string,
  settings: Setting[],
  problems: NodeProblem[],
): Change | [] {
  const setting = readSetting(argument)
  if ('message' in setting) {
    problems.push(badSetting(argument, setting))
    return []
  }
  const apply = () => {
    const result = applySetting(doc, setting)
    if ('message' in result) return badSetting(argument, result)
    settings.push(result)
    return undefined
  }
  return { words: setting.words, apply }
}

function badSetting(
  argument: string,
  { range, ...words }: { message: string; hint?: string; range: readonly [number, number] | number[] },
): NodeProblem {
  return { code: 'bad-set', ...words, position: inSetting(argument, range as [number, number]) }
}

/** `streams.hold.rate=...` where hold is like another stream and has no rate of its own text. */
function isTakenOver(doc: Document, [top, name, key]: readonly string[]): boolean {
  if (top !== 'streams' || name === undefined || key === undefined || ['name', 'like', 'set'].includes(key))
    return false
  const streams = resolved(doc, doc.get('streams', true))
  if (!isSeq(streams)) return false
  const items = streams.items.map(item => resolved(doc, item))
  const stream = items.find(item => isMap(item) && String(item.get('name')) === name) ?? items[Number(name)]
  return isMap(stream) && stream.has('like') && !stream.has(key)
}

const resolved = (doc: Document, node: unknown): unknown =>
  isAlias(node) ? node.resolve(doc) : (node as Node | undefined)
