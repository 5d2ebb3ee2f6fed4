import { type Node, visit } from 'yaml'
import type { Position } from './locate.js'

/** Nodes of a `--set` argument say so: they may be copied to other places, and then no path leads back to it. */
const mark = Symbol('text')

export interface MarkedText {
  argument: string
  /** What node ranges count from. */
  offset: number
}

type Marked = { [mark]?: MarkedText }

export function markText(node: Node | null, text: MarkedText): void {
  if (!node) return
  visit(node, {
    Node(_, each) {
      ;(each as Marked)[mark] = text
    },
  })
}

export const textOf = (node: Node | null | undefined): MarkedText | undefined =>
  (node as Marked | undefined)?.[mark]

/** A problem that is known by the node whose text is wrong. */
export interface NodeProblem {
  code: string
  message: string
  hint?: string
  node?: Node
  position?: Position
}
