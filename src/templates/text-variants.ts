/** Texts of several lengths: a frame has its own layout for each, so each is a variant of the stream. */
import type { FrameSpec, SizeSpec, StreamSpec, YamlPath } from '../profile/model.js'
import { MAX_CYCLE, MAX_MEMBERS } from '../units/limits.js'
import { type Diagnostic, error } from './diagnostic.js'
import type { Variant } from './members-of.js'
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
  const totals = factors.map(one => one.reduce((all, { weights }) => all * total(weights), 1n))
  const common = totals.reduce(lcm, 1n)
  const all = variants.flatMap((variant, i) =>
    combinations(factors[i]!).map(({ chosen, weight }) => ({
      variant: { ...variant, spec: chosen.length > 0 ? withChoice(variant.spec, chosen) : variant.spec },
      weight: BigInt(variant.weight) * weight * (common / totals[i]!),
    })),
  )
  const shared = all.reduce((divisor, { weight }) => gcd(weight, divisor), 0n)
  const cycle = all.reduce((sum, { weight }) => sum + weight / shared, 0n)
  if (cycle > MAX_CYCLE) return { variants: [], diagnostics: [tooLong(most, cycle)] }
  const varied = all.map(({ variant, weight }) => ({ ...variant, weight: Number(weight / shared) }))
  return { variants: varied, diagnostics: [] }
}

/** Words of a path that no header or field stands for. */
const structure: readonly (string | number)[] = ['layers', 'choice', 'use']

/** In the order of `varyingLengths`; what fills the payload has, last, the sizes of the frame. */
function factorsOf({ layers, frame, frameIn }: StreamSpec, path: YamlPath): Factor[] {
  const texts = varyingLengths(layers, [...path, 'layers']).map(({ path: here, lengths }) => ({
    name: here
      .slice(path.length, -1)
      .filter(step => typeof step === 'string' && !structure.includes(step))
      .join('.'),
    path: here,
    weights: lengths.map(({ weight }) => weight),
  }))
  const sizes = framesOf({ layers, frame })
  if (sizes.length < 2) return texts
  return [
    ...texts,
    {
      name: 'frame',
      path: [...(frameIn ?? path), 'frame'],
      weights: sizes.map(({ weight }) => BigInt(weight)),
    },
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
  weight: bigint
}

const combinations = (factors: readonly Factor[]): Combination[] =>
  factors.reduce<Combination[]>(
    (sofar, { weights }) =>
      sofar.flatMap(({ chosen, weight }) =>
        weights.map((next, i) => ({ chosen: [...chosen, i], weight: weight * next })),
      ),
    [{ chosen: [], weight: 1n }],
  )

function withChoice(spec: StreamSpec, chosen: readonly number[]): StreamSpec {
  const lengths = varyingLengths(spec.layers, []).map((one, i) => one.lengths[chosen[i]!]!)
  const size = chosen.length > lengths.length ? framesOf(spec)[chosen.at(-1)!] : undefined
  return { ...spec, ...(size && { frame: size.frame }), layers: withLengths(spec.layers, lengths) }
}

const product = (numbers: readonly number[]): number => numbers.reduce((all, one) => all * one, 1)
const total = (weights: readonly bigint[]): bigint => weights.reduce((sum, weight) => sum + weight, 0n)
const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b))
const lcm = (a: bigint, b: bigint): bigint => (a / gcd(a, b)) * b

function tooMany(factors: readonly Factor[], members: number): Diagnostic {
  const parts = factors.map(({ name, weights }) => `${name} (${weights.length})`).join(', ')
  return error(factors.at(-1)!.path, {
    code: 'too-many-lengths',
    message: `the lengths of ${parts} multiply to ${members} kinds of frames, and at most ${MAX_MEMBERS} are possible`,
    hint: 'fewer lengths, such as `length: {list: [8, 12, 20]}`, or several streams that share a rate',
  })
}

function tooLong(factors: readonly Factor[], cycle: bigint): Diagnostic {
  const parts = factors.map(({ name, weights }) => `${name} (${total(weights)})`).join(', ')
  return error(factors.at(-1)!.path, {
    code: 'too-many-lengths',
    message: `the weights of ${parts} make an order of ${cycle} packets, and at most ${MAX_CYCLE} are possible`,
    hint: 'rounder weights: of 40 and 60 instead of 397 and 603, say',
  })
}
