import type { YamlPath } from '../../profile/model.js'
import { type Diagnostic, error } from '../diagnostic.js'

/** Of a capture's addresses that are not ours to use, as many are named. */
const named = 3

const words: Readonly<Record<string, { verb: string; hint: string }>> = {
  'target-not-allowed': {
    verb: 'go to',
    hint: 'rewrite them with `set`, such as {ipv4.dst: 198.19.1.2}; networks that are yours to test belong in `safety.allow`',
  },
  'spoofed-source': {
    verb: 'come from',
    hint: 'rewrite them with `set`, such as {ipv4.src: 198.18.1.2}, or in an isolated lab write `safety: {lab: true}`',
  },
}

/** Captured packets go where they once went: what is not allowed is said of all of them together. */
export class Targets {
  /** By code, then by address: the first packet. */
  readonly #refused = new Map<string, Map<string, number>>()

  constructor(
    readonly file: string,
    readonly path: YamlPath,
  ) {}

  /** Keeps what is said of the capture itself; what is wrong with a value of `set` is handed back. */
  take(found: readonly Diagnostic[], index: number): Diagnostic[] {
    const isOwn = ({ path }: Diagnostic) => path.join() === this.path.join()
    for (const { code, message } of found.filter(isOwn)) {
      const address = message.slice(0, message.indexOf(' '))
      const firsts = this.#refused.get(code) ?? new Map<string, number>()
      this.#refused.set(code, firsts)
      if (!firsts.has(address)) firsts.set(address, index)
    }
    return found.filter(one => !isOwn(one))
  }

  diagnostics(): Diagnostic[] {
    return [...this.#refused].map(([code, firsts]) => {
      const { verb, hint } = words[code]!
      const all = [...firsts]
      const some = all.slice(0, named).map(([address, first]) => `${address} (packet ${first})`)
      const rest = all.length > named ? ` and ${all.length - named} more` : ''
      const message = `${this.file}: packets ${verb} ${some.join(', ')}${rest}, outside of the benchmark, private and documentation ranges`
      return error(this.path, { code, message, hint })
    })
  }
}
