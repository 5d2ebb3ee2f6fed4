import type { YamlPath } from '../../profile/model.js'
import { type Diagnostic, error } from '../diagnostic.js'

/** Of a capture's destinations that may not be flooded, as many are named. */
const named = 3

/** Captured packets go where they once went: what is not allowed is said of all of them together. */
export class Targets {
  /** By what it says: the first packet, and how many there are. */
  readonly #refused = new Map<string, { first: number; count: number }>()

  constructor(
    readonly file: string,
    readonly path: YamlPath,
  ) {}

  /** Keeps what is said of the capture itself; what is wrong with a value of `set` is handed back. */
  take(found: readonly Diagnostic[], index: number): Diagnostic[] {
    const isOwn = ({ path }: Diagnostic) => path.join() === this.path.join()
    for (const { message } of found.filter(isOwn)) {
      const address = message.slice(0, message.indexOf(' '))
      const { first, count } = this.#refused.get(address) ?? { first: index, count: 0 }
      this.#refused.set(address, { first, count: count + 1 })
    }
    return found.filter(one => !isOwn(one))
  }

  diagnostics(): Diagnostic[] {
    if (this.#refused.size === 0) return []
    const all = [...this.#refused]
    const some = all.slice(0, named).map(([address, { first }]) => `${address} (packet ${first})`)
    const rest = all.length > named ? ` and ${all.length - named} more` : ''
    const message = `${this.file}: packets go to ${some.join(', ')}${rest}, outside of the benchmark, private and documentation ranges`
    const hint = `rewrite them with \`set\`, such as {ipv4.dst: 198.19.1.2}; networks that are yours to test belong in \`safety.allow\``
    return [error(this.path, { code: 'target-not-allowed', message, hint })]
  }
}
