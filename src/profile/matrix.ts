import { type Document, isAlias, isMap, isSeq, type Node, type Scalar } from 'yaml'
import { flowText } from './flow-text.js'
import type { NodeProblem } from './marks.js'

/** More runs than this are a mistake, or a job for a script. */
const maxCombinations = 1000

interface MatrixChange {
  path: string
  key: Scalar
  value: Node
}

interface Matrix {
  changes: readonly MatrixChange[]
  problems: readonly NodeProblem[]
  combinations: number
  /** What this combination sets, by path. */
  values: Readonly<Record<string, string>>
}

/** What the `pick`-th combination of `matrix` sets; the last key varies fastest. */
export function matrixChanges(doc: Document, pick: number): Matrix {
  const axes = axesOf(doc)
  const combinations = axes.reduce((product, { values }) => product * values.length, 1)
  const none = { changes: [], problems: [], combinations: 1, values: {} }
  if (axes.length === 0) return none
  if (combinations > maxCombinations) {
    const message = `the matrix has ${combinations} combinations`
    const hint = `at most ${maxCombinations}`
    return { ...none, problems: [{ code: 'matrix-too-large', message, hint, node: axes[0]!.key }] }
  }
  let rest = pick
  const changes = axes
    .toReversed()
    .map(({ key, values }): MatrixChange => {
      const value = values[rest % values.length]!
      rest = Math.floor(rest / values.length)
      return { path: String(key), key, value: value.clone() as Node }
    })
    .toReversed()
  const values = Object.fromEntries(changes.map(({ path, value }) => [path, textOf(doc, value)]))
  return { changes, problems: [], combinations, values }
}

interface Axis {
  key: Scalar
  values: readonly Node[]
}

/** What has the wrong shape is left to the schema. */
function axesOf(doc: Document): Axis[] {
  const node = doc.get('matrix', true)
  const matrix = isAlias(node) ? node.resolve(doc) : node
  if (!isMap(matrix)) return []
  return matrix.items.flatMap(({ key, value }) => {
    const list = isAlias(value) ? value.resolve(doc) : value
    return isSeq(list) && list.items.length > 0
      ? [{ key: key as Scalar, values: list.items as readonly Node[] }]
      : []
  })
}

/** An alias that leads nowhere is told of where data is made of the whole document. */
function textOf(doc: Document, node: Node): string {
  try {
    return flowText(node.toJS(doc))
  } catch (error) {
    if (error instanceof ReferenceError) return ''
    throw error
  }
}
