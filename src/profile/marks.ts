import { type Node, visit } from 'yaml'
import type { Position } from './locate.js'

/** Nodes of another text say so: they may be copied to other places, and then no path leads back to it. */
const mark = Symbol('text')
const like = Symbol('like')

/** A `--set` argument, or the user's configuration. */
export interface MarkedText {
  argument: string
  /** The configuration's: how diagnostics call it. */
  file?: string
  /** What node ranges count from. */
  offset: number
}

type Marked = { [mark]?: MarkedText; [like]?: string }

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

/** Nodes that a stream took over say from which one; of several, the first, where they are written. */
export function markLike(node: Node, stream: string): void {
  visit(node, {
    Node(_, each) {
      ;(each as Marked)[like] ??= stream
    },
  })
}

export const likeOf = (node: Node | null | undefined): string | undefined =>
  (node as Marked | undefined)?.[like]

/** A problem that is known by the node whose text is wrong. */
export interface NodeProblem {
  code: string
  message: string
  hint?: string
  node?: Node
  position?: Position
}
