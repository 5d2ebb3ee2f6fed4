/** Powers of ten of the SI prefixes; `K` is tolerated because people write it, lower-case `m`, `g`, `t` are not. */
const prefixes = [
  ['T', 12],
  ['G', 9],
  ['M', 6],
  ['k', 3],
  ['', 0],
] as const

export const exponentOf = (prefix: string): number =>
  prefixes.find(([name]) => name === prefix.replace('K', 'k'))?.[1] ?? 0

/** Splits `1_500.5kB` into digits and unit; undefined: it does not begin with a plain decimal number. */
export function splitNumber(text: string): { digits: string; unit: string } | undefined {
  const match = /^(\d[\d_]*(?:\.\d+)?)\s*(.*)$/.exec(text.trim())
  return match ? { digits: match[1]!.replaceAll('_', ''), unit: match[2]! } : undefined
}

/** digits * 10^exponent, rounded once: multiplying would round twice (14.88 * 1e6 is not 14880000). */
export const scale = (digits: string, exponent: number): number => Number(`${digits}e${exponent}`)

/** The shortest text of value / 10^exponent; it moves the decimal point, so `scale` gives back the same number. */
export function unscale(value: number, exponent: number): string {
  const [mantissa = '0', power = '0'] = value.toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const point = 1 + Number(power) - exponent
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length)
  return `${digits.slice(0, point)}.${digits.slice(point)}`
}

/** `14880952` and `pps` give `14.880952Mpps`. */
export function formatSi(value: number, unit: string): string {
  if (value === 0) return `0${unit}`
  const [prefix, exponent] = prefixes.find(([, power]) => value >= 10 ** power) ?? (['', 0] as const)
  return `${unscale(value, exponent)}${prefix}${unit}`
}
