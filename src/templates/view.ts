import type { LayerContext } from './header.js'
import type { Scope } from './header-table.js'

export type Sized = Pick<LayerContext, 'bytesFromHere' | 'headerBytes' | 'next'>
export const unsized: Sized = { bytesFromHere: 0, headerBytes: 0, next: undefined }

/** A scope, as a rule sees it. There are many of them: methods are not made anew for each. */
export class View implements LayerContext {
  readonly bytesFromHere: number
  readonly headerBytes: number
  readonly next: string | undefined
  readonly #scope: Scope

  constructor(scope: Scope, { bytesFromHere, headerBytes, next }: Sized) {
    this.#scope = scope
    this.bytesFromHere = bytesFromHere
    this.headerBytes = headerBytes
    this.next = next
  }

  value(name: string): bigint {
    return this.#scope.value(name, this)
  }

  given(name: string): boolean {
    return this.#scope.given(name)
  }

  bytesOf(name: string): number {
    return this.#scope.bytesOf(name)
  }

  countOf(name: string): number {
    return this.#scope.countOf(name)
  }
}
