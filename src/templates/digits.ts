import type { Digit, Drawn, Linked, ValueSpec } from '../profile/model.js'
import { hull } from '../units/ranges.js'
import type { PlacedField } from './layout.js'
import { boundsOf } from './linked.js'
import { rangesOf } from './sets.js'
import { digitSets } from './strings.js'

type Counted = Extract<ValueSpec, { kind: 'literal' | 'linked' }>

export const notCounted = 'does not count from 0, so that its draw has no digits'

/** A number that is drawn for one text: all of its digits have one name, and so one draw. */
export function ownNumber({ name, scope }: PlacedField, source: Drawn): Linked {
  const id = name.slice(0, name.lastIndexOf('.'))
  const own = {
    id,
    follows: id,
    shuffle: false,
    shared: false,
    ...(scope?.within && { within: scope.within }),
  }
  const { low, high } = boundsOf(source)
  return { kind: 'linked', ...own, source, times: 1n, plus: 0n, low, high }
}

/** As the digits of a joint domain are taken from its number; undefined: what is drawn is not the number itself. */
export function digitFrom(digit: Digit, number: Counted): Counted | undefined {
  const { div, base } = digit
  if (number.kind === 'literal') return { kind: 'literal', value: character(digit, number.value) }
  const { source, times, plus, hash } = number
  const ranges = digitSets[`${base}`]
  const bounds = hull(ranges)
  const one = { ...number, ...bounds, times: 1n, plus: 0n }
  if (hash || number.digit) return undefined
  if ('values' in source) {
    const values = source.values.map(value => character(digit, value * times + plus))
    return { ...one, source: { ...source, values } }
  }
  if (times !== 1n || plus !== 0n || source.low !== 0n || rangesOf(source).length > 1) return undefined
  return { ...one, digit: { div, mod: base, ...bounds, ...(ranges.length > 1 && { ranges }) } }
}

function character({ div, base }: Digit, value: bigint): bigint {
  const set = digitSets[`${base}`]
  const at = (value / div) % base
  const [first, second] = set
  const size = first!.high - first!.low + 1n
  return at < size ? first!.low + at : second!.low + at - size
}
