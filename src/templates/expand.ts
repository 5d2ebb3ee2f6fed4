/**
 * Takes a stream of several layouts apart into members of one layout each, which is all that the native core knows. The
 * profile stays as written.
 */
import type { Alternative, LayerSpec, StreamSpec, YamlPath } from '../profile/model.js'
import { MAX_CYCLE, MAX_MEMBERS } from '../units/limits.js'
import { choicesIn, hasChoice, variantsOf, waysOf, waysThrough } from './choices.js'
import { type Diagnostic, error } from './diagnostic.js'
import { membersOf, type Variant } from './members-of.js'
import { textVariants } from './text-variants.js'

/** A StreamSpec of one layout, and which stream of the profile it is of. */
export interface Member {
  spec: StreamSpec
  /** Index of its stream in the profile. */
  stream: number
}

export interface Expanded {
  members: readonly Member[]
  diagnostics: readonly Diagnostic[]
}

export function expand(streams: readonly StreamSpec[]): Expanded {
  const plain = new Set<LayerSpec>() // equal layers of thousands of streams are one object
  const expanded = streams.map((spec, stream) => expandOne(spec, stream, plain))
  return {
    members: expanded.flatMap(({ members }) => members),
    diagnostics: expanded.flatMap(({ diagnostics }) => diagnostics),
  }
}

function expandOne(spec: StreamSpec, stream: number, plain: Set<LayerSpec>): Expanded {
  if (spec.layers.every(layer => plain.has(layer) || (hasOneLayout(layer) && plain.add(layer))))
    return { members: [{ spec, stream }], diagnostics: [] }
  const path = ['streams', stream]
  const ways = waysThrough(spec.layers)
  if (ways > MAX_MEMBERS) return { members: [], diagnostics: [tooMany(spec, ways, stream)] }
  const chosen = hasChoice(spec.layers) ? variantsOf(spec, path) : [whole(spec)]
  const cycle = chosen.reduce((sum, { weight }) => sum + weight, 0)
  if (cycle > MAX_CYCLE) return { members: [], diagnostics: [tooLong(spec, cycle, stream)] }
  const { variants, diagnostics } = textVariants(chosen, path)
  return { members: membersOf(variants).map(member => ({ spec: member, stream })), diagnostics }
}

/** Known at a glance, as it is of most. */
const hasOneLayout = ({ fields, lists, content, choice }: LayerSpec): boolean =>
  !lists && !content && !choice && Object.values(fields).every(({ kind }) => kind !== 'string')

const whole = (spec: StreamSpec): Variant => ({ weight: 1, labels: [], has: [], spec })

function tooMany({ layers }: StreamSpec, ways: number, stream: number): Diagnostic {
  const factors = layers.map(waysOf).filter(count => count > 1)
  const count = ways < 1e9 ? ways : 'more than a billion'
  const product = factors.length > 1 && factors.length < 9 ? `${factors.join(' x ')} = ${count}` : count
  const here = ofMost(layers, stream, choice => choice.reduce((sum, one) => sum + waysThrough(one.layers), 0))
  return error(here, {
    code: 'too-many-choices',
    message: `the alternatives multiply to ${product} kinds of frames, and at most ${MAX_MEMBERS} are possible`,
    hint: 'fewer alternatives, or several streams that share a rate',
  })
}

const tooLong = ({ layers }: StreamSpec, cycle: number, stream: number): Diagnostic =>
  error(
    ofMost(layers, stream, choice => choice.reduce((sum, { weight }) => sum + weight, 0)),
    {
      code: 'too-many-choices',
      message: `the weights multiply to an order of ${cycle} packets, and at most ${MAX_CYCLE} are possible`,
      hint: 'rounder weights: of 40 and 60 instead of 397 and 603, say',
    },
  )

/** Where the choice stands that multiplies most. */
function ofMost(
  layers: readonly LayerSpec[],
  stream: number,
  factor: (choice: readonly Alternative[]) => number,
): YamlPath {
  const choices = choicesIn(layers, ['streams', stream, 'layers'])
  return choices.reduce((a, b) => (factor(b.choice) > factor(a.choice) ? b : a)).path
}
