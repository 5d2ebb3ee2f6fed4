/** What packets of a stream differ in, as far as `account` looks at it: draws, and digits of them. */
import type { FieldProgram } from '../plan.js'

/** One number that is drawn for a packet, 0 <= number < size. */
export interface Axis {
  /** The same number, the same axis. */
  key: string
  size: bigint
  /** Whose number it is. */
  program: FieldProgram
  of: 'draw' | 'digit' | 'hash'
}

type Numbers = (axis: Axis) => bigint

const drawAxis = (program: FieldProgram): Axis => ({
  key: `${program.draw}`,
  size: program.size,
  program,
  of: 'draw',
})

/** The number that step 3 of a program looks at, or where there is a step 4 what it yields. */
export function ownAxis(program: FieldProgram): Axis {
  const { draw, digit, hash } = program
  if (hash)
    return { key: `${draw} hash ${hash.key} ${digitKey(program)}`, size: hash.size, program, of: 'hash' }
  if (!digit) return drawAxis(program)
  return { key: `${draw} ${digitKey(program)}`, size: digitsOf(program), program, of: 'digit' }
}

/** All that is drawn for it, of which it may show a digit only. */
export const wholeAxis = (program: FieldProgram): Axis => drawAxis({ ...program, hash: null })

/** Without what is done to the number: of a variable, not of a field that follows it. */
export const plainAxis = (program: FieldProgram): Axis => ownAxis({ ...program, hash: null })

const digitKey = ({ digit }: FieldProgram): string => (digit ? `${digit.div}/${digit.mod}` : '')

function digitsOf({ digit, size }: FieldProgram): bigint {
  const numbers = (size + digit!.div - 1n) / digit!.div
  return digit!.mod !== 0n && digit!.mod < numbers ? digit!.mod : numbers
}

/** Of programs of one draw: each one's own, or where that makes no more groups the draw itself. */
export function axesOf(programs: readonly FieldProgram[]): Axis[] {
  const own = [...new Map(programs.map(ownAxis).map(axis => [axis.key, axis])).values()]
  const together = own.reduce((product, { size }) => product * size, 1n)
  const [first] = programs
  if (!first || programs.some(({ hash }) => hash) || together < first.size) return own
  return [wholeAxis(first)]
}

/** Steps 2 to 4 of a program (plan.ts), from the numbers of the axes. */
export function shownBy(program: FieldProgram, axes: readonly Axis[], at: Numbers): bigint {
  const { values, segments, scale, low, hash, digit, bits, high } = program
  const own = axes.find(({ key }) => key === ownAxis(program).key)
  const cut = (value: bigint) => BigInt.asUintN(bits, high ? BigInt.asUintN(128, value) >> 64n : value)
  if (own && hash) return cut(at(own) * hash.scale + hash.low)
  const y = own ? at(own) : digitOf(at(axes.find(({ key }) => key === `${program.draw}`)!), digit)
  if (values.length > 0) return cut(values[Number(y)]!)
  const from = segments.findLast(segment => segment.from <= y)?.low ?? low
  return cut(y * scale + from)
}

export function digitOf(x: bigint, digit: FieldProgram['digit']): bigint {
  if (!digit) return x
  const y = x / digit.div
  return digit.mod === 0n ? y : y % digit.mod
}

/** Stores a value where the program stores it. */
export function writeValue(bytes: Uint8Array, program: FieldProgram, value: bigint): void {
  const { offset, bytes: width, shift, bits, clip } = program
  const { from, to } = clip ?? { from: 0, to: width }
  const mask = ((1n << BigInt(bits)) - 1n) << BigInt(shift)
  for (let b = from; b < to; b++) {
    const place = BigInt(8 * (width - 1 - b))
    const own = Number((mask >> place) & 255n)
    const set = Number(((value << BigInt(shift)) >> place) & 255n)
    bytes[offset + b - from] = (bytes[offset + b - from]! & ~own) | (set & own)
  }
}

/** A program whose 64-bit value at `offset` is `weight` times the axis's number. */
export function axisProgram(
  { program, of, key }: Axis,
  offset: number,
  draw: number,
  weight: bigint,
): FieldProgram {
  const { op, size, step, digit, hash } = program
  const counts = { values: [], segments: [], scale: weight, low: 0n, hash: null }
  return {
    ...program,
    // A list is counted through as its places are.
    ...(op === 'list' && { op: 'inc', step: 1n % size, key: 0n }),
    ...(op !== 'list' && { step }),
    ...(of === 'hash' ? { hash: { ...hash!, scale: weight, low: 0n } } : counts),
    digit: of === 'draw' ? null : digit,
    name: key,
    offset,
    bytes: 8,
    shift: 0,
    bits: 64,
    clip: null,
    draw,
    high: false,
    follows: null,
    sums: [],
  }
}
