import { formatSize } from '../units/size.js'
import type { ParseSize } from './frame-size.js'
import { knownKeys } from './one-key.js'
import { isMap, parseScalar, type Report } from './problem.js'

/** RFC 6985 section 3. `z` is the MTU, which has to be said; upper-case letters are sizes of one's own. */
export const genomeSizes: Readonly<Record<string, number>> = {
  a: 64,
  b: 128,
  c: 256,
  d: 512,
  e: 1024,
  f: 1280,
  g: 1518,
  h: 2112,
  i: 9000,
  j: 16_000,
}

/** `aaafg`, or `{sequence: aaAz, sizes: {A: 300B, z: 1500B}}`: the size of each packet in turn. */
export function parseGenome(input: unknown, size: ParseSize, report: Report): number[] | undefined {
  if (!isMap(input)) return parseLetters(input, {}, size, report, [])
  if (!knownKeys(input, ['sequence', 'sizes'], report, [])) return undefined
  const own = input.sizes === undefined ? {} : parseSizes(input.sizes, size, report)
  if (input.sequence === undefined) report({ code: 'missing-key', message: '', path: ['sequence'] })
  if (!own || input.sequence === undefined) return undefined
  return parseLetters(input.sequence, own, size, report, ['sequence'])
}

type Own = Readonly<Record<string, number>>

function parseSizes(input: unknown, size: ParseSize, report: Report): Own | undefined {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZz']
  if (!knownKeys(input, letters, report, ['sizes'])) return undefined
  const sizes = Object.entries(input).map(
    ([letter, given]) => [letter, parseScalar(given, size, report, ['sizes', letter])] as const,
  )
  const complete = sizes.every(([letter, bytes]) => letters.includes(letter) && bytes !== undefined)
  return complete ? (Object.fromEntries(sizes) as Own) : undefined
}

function parseLetters(
  input: unknown,
  own: Own,
  size: ParseSize,
  report: Report,
  path: string[],
): number[] | undefined {
  const parse = (text: string) => {
    const sizes = [...text].map(letter => sizeOf(letter, own, size))
    const wrong = sizes.find(one => !one.ok)
    return wrong ?? { ok: true as const, value: sizes.flatMap(one => (one.ok ? [one.value] : [])) }
  }
  const isText = typeof input === 'string' && /^[A-Za-z]{1,65536}$/.test(input)
  if (isText) return parseScalar(input, parse, report, path)
  const message = 'a genome is one letter for each packet'
  report({ code: 'bad-value', message, hint: '`aaafg`: 64, 64, 64, 1280 and 1518 bytes', path })
  return undefined
}

function sizeOf(letter: string, own: Own, size: ParseSize): ReturnType<ParseSize> {
  const bytes = own[letter] ?? genomeSizes[letter]
  if (bytes !== undefined) return size(`${bytes}B`)
  const known = Object.entries(genomeSizes).map(([name, value]) => `${name} ${formatSize(value)}`)
  const isOwn = letter === 'z' || letter < 'a'
  return {
    ok: false,
    code: 'bad-value',
    message: isOwn ? `the size of \`${letter}\` is not given` : `\`${letter}\` is no size`,
    hint: isOwn ? `write \`{sequence: ..., sizes: {${letter}: 1500B}}\`` : known.join(', '),
  }
}
