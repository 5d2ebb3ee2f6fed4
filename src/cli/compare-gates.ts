import { better, type Gate, gateFor } from '../compare/gates.js'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { isComparable } from '../library/compare.js'
import { nearest } from '../profile/suggest.js'
import { didYouMean } from '../units/parsed.js'

/** `--gate rx_pps=2% --gate latency_p99_ns`; null: none given. */
export function readGates(texts: readonly string[]): Gate[] | null {
  return texts.length === 0 ? null : texts.map(readGate)
}

function readGate(text: string): Gate {
  const [name = '', threshold] = text.split('=', 2)
  if (!isComparable(name)) {
    const meant = nearest(name, Object.keys(better))
    throw refused(
      text,
      `there is no metric \`${name}\` to compare`,
      meant ? didYouMean(meant) : `there are ${Object.keys(better).join(', ')}`,
    )
  }
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(threshold ?? '') ?? []
  if (threshold !== undefined && number === undefined)
    throw refused(text, 'a threshold is a number', 'such as 2% or 0.02')
  const theta = number === undefined ? undefined : Number(number) / (percent === '%' ? 100 : 1)
  if (theta !== undefined && !(theta > 0 && theta < 1))
    throw refused(text, 'a threshold is between 0 and 100 %', 'such as 2% or 0.02')
  return gateFor(name, theta)
}

const refused = (text: string, why: string, hint: string): NmgenError =>
  new NmgenError('usage', `--gate ${text}: ${why}`, Exit.usage, hint)
