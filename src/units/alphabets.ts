import type { Range } from './ranges.js'

const span = (from: string, to: string): Range => ({
  low: BigInt(from.charCodeAt(0)),
  high: BigInt(to.charCodeAt(0)),
})

/** What the characters of a text are drawn from; `bytes` is any byte. */
export const alphabets: Readonly<Record<string, readonly Range[]>> = {
  letters: [span('a', 'z')],
  digits: [span('0', '9')],
  alphanumeric: [span('0', '9'), span('a', 'z')],
  hex: [span('0', '9'), span('a', 'f')],
  // RFC 4648 section 6, in lower case.
  base32: [span('2', '7'), span('a', 'z')],
  printable: [span(' ', '~')],
  bytes: [{ low: 0n, high: 255n }],
}
