/** Texts of several lengths: a frame has its own layout for each, so each is a variant of the stream. */
import type { FrameSpec, SizeSpec, StreamSpec, YamlPath } from '../profile/model.js'
import { type Diagnostic, error } from './diagnostic.js'
import { MAX_CYCLE, MAX_MEMBERS, type Variant } from './members-of.js'
import { isOpen } from './strings.js'
import { varyingLengths, withLengths } from './texts.js'

/** What multiplies the layouts of a stream. */
interface Factor {
  /** For people: `name.label`. */
  name: string
  path: YamlPath
  weights: readonly bigint[]
}

interface Varied {
  variants: readonly Variant[]
  diagnostics: readonly Diagnostic[]
}

/** Each variant with every combination of lengths that its texts may have, as often as they weigh. */
export function textVariants(variants: readonly Variant[], path: YamlPath): Varied {
  const factors = variants.map(({ spec }) => factorsOf(spec, path))
  if (factors.every(one => one.length === 0)) return { variants, diagnostics: [] }
  const members = factors.reduce((sum, one) => sum + product(one.map(({ weights }) => weights.length)), 0)
  const most = factors.reduce((a, b) => (b.length > a.length ? b : a))
  if (members > MAX_MEMBERS) return { variants: [], diagnostics: [tooMany(most, members)] }
  const totals = factors.map(one => product(one.map(({ weights }) => Number(total(weights)))))
  const common = totals.reduce((a, b) => (a / gcd(a, b)) * b)
  const all = variants.flatMap((variant, i) =>
    combinations(factors[i]!).map(({ chosen, weight }): Variant => {
      const spec = chosen.length > 0 ? withChoice(variant.spec, chosen) : variant.spec
      return { ...variant, weight: variant.weight * weight * (common / totals[i]!), spec }
    }),
  )
  const shared = all.reduce((divisor, { weight }) => gcd(weight, divisor), 0)
  const cycle = all.reduce((sum, { weight }) => sum + weight / shared, 0)
  if (cycle > MAX_CYCLE) return { variants: [], diagnostics: [tooLong(most, cycle)] }
  return { variants: all, diagnostics: [] }
}

/** In the order of `varyingLengths`; what fills the payload has, last, the sizes of the frame. */
function factorsOf({ layers, frame }: StreamSpec, path: YamlPath): Factor[] {
  const texts = varyingLengths(layers, [...path, 'layers']).map(({ path: here, lengths }) => ({
    name: here
      .slice(path.length + 2, -1)
      .filter(step => typeof step === 'string')
      .join('.'),
    path: here,
    weights: lengths.map(({ weight }) => weight),
  }))
  const sizes = framesOf({ layers, frame })
  if (sizes.length < 2) return texts
  return [
    ...texts,
    { name: 'frame', path: [...path, 'frame'], weights: sizes.map(({ weight }) => BigInt(weight)) },
  ]
}

/** Where a payload is as long as the frame has room, each size of an exact mix has a layout of its own. */
function framesOf({
  layers,
  frame,
}: Pick<StreamSpec, 'layers' | 'frame'>): { frame: FrameSpec; weight: number }[] {
  if (frame.kind === 'captured' || !layers.some(({ content }) => content && isOpen(content))) return []
  const weights = new Map<number, number>()
  for (const { frameBytes, weight } of listed(frame))
    weights.set(frameBytes, (weights.get(frameBytes) ?? 0) + weight)
  const { of } = frame
  return [...weights].map(([frameBytes, weight]) => ({
    frame: { kind: 'fixed', frameBytes, ...(of !== undefined && { of }) },
    weight,
  }))
}

/** Sizes that are drawn have no order: a draw cannot choose among layouts. */
function listed(frame: SizeSpec): readonly { frameBytes: number; weight: number }[] {
  if (frame.kind === 'imix') return frame.sizes
  if (frame.kind === 'list') return frame.frameBytes.map(frameBytes => ({ frameBytes, weight: 1 }))
  if (frame.kind !== 'inc') return []
  const count = Math.floor((frame.high - frame.low) / frame.step) + 1
  return Array.from({ length: count }, (_, i) => ({ frameBytes: frame.low + i * frame.step, weight: 1 }))
}

interface Combination {
  /** One of the ways of each factor. */
  chosen: readonly number[]
  weight: number
}

const combinations = (factors: readonly Factor[]): Combination[] =>
  factors.reduce<Combination[]>(
    (sofar, { weights }) =>
      sofar.flatMap(({ chosen, weight }) =>
        weights.map((next, i) => ({ chosen: [...chosen, i], weight: weight * Number(next) })),
      ),
    [{ chosen: [], weight: 1 }],
  )

function withChoice(spec: StreamSpec, chosen: readonly number[]): StreamSpec {
  const lengths = varyingLengths(spec.layers, []).map((one, i) => one.lengths[chosen[i]!]!)
  const size = chosen.length > lengths.length ? framesOf(spec)[chosen.at(-1)!] : undefined
  return { ...spec, ...(size && { frame: size.frame }), layers: withLengths(spec.layers, lengths) }
}

const product = (numbers: readonly number[]): number => numbers.reduce((all, one) => all * one, 1)
const total = (weights: readonly bigint[]): bigint => weights.reduce((sum, weight) => sum + weight, 0n)
const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

function tooMany(factors: readonly Factor[], members: number): Diagnostic {
  const parts = factors.map(({ name, weights }) => `${name} (${weights.length})`).join(', ')
  return error(factors.at(-1)!.path, {
    code: 'too-many-lengths',
    message: `the lengths of ${parts} multiply to ${members} kinds of frames, and at most ${MAX_MEMBERS} are possible`,
    hint: 'fewer lengths, such as `length: {list: [8, 12, 20]}`, or several streams that share a rate',
  })
}

function tooLong(factors: readonly Factor[], cycle: number): Diagnostic {
  const parts = factors.map(({ name, weights }) => `${name} (${total(weights)})`).join(', ')
  return error(factors.at(-1)!.path, {
    code: 'too-many-lengths',
    message: `the weights of ${parts} make an order of ${cycle} packets, and at most ${MAX_CYCLE} are possible`,
    hint: 'rounder weights: of 40 and 60 instead of 397 and 603, say',
  })
}
