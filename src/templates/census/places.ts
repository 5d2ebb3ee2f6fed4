/** Where the fields of a frame stand that may differ between packets, by the names that a profile has for them. */
import type { BitRange } from '../bits.js'
import type { DissectedField, Dissection } from '../dissect.js'
import { fieldKeyIn } from '../header.js'
import { headers } from '../headers/index.js'
import { stackName } from '../layout.js'
import type { FieldProgram, StreamPlan } from '../plan.js'
import type { Format } from '../values.js'

export interface FieldPlace extends BitRange {
  name: string
  format: Format
  /** A program writes it; else it is the same in all packets of the template. */
  drawn: boolean
}

/** In the order of the wire. Checksums and lengths follow from the rest: they are left out unless the profile draws them. */
export function fieldPlaces(
  dissection: Dissection,
  { fields: programs, signature }: Pick<StreamPlan, 'fields' | 'signature'>,
): FieldPlace[] {
  const known = dissected(dissection)
  const held = known.filter(({ place, computed }) => !computed || programs.some(one => isPartOf(one, place)))
  // What lies under a program of another name is misread: the profile says something else than the headers below.
  const right = held.filter(({ place }) =>
    programs.every(one => !overlaps(one, place) || isPartOf(one, place)),
  )
  const places = right.map(({ place }) => ({
    ...place,
    drawn: programs.some(one => isPartOf(one, place)),
  }))
  // A payload may look like a header; then the signature does not.
  const end = signature === null ? Number.POSITIVE_INFINITY : signature * 8
  const rest = programs.filter(one => isWhole(one) && !right.some(({ place }) => isPartOf(one, place)))
  const kept = places.filter(({ drawn, bitOffset, bits }) => drawn || bitOffset + bits <= end)
  return [...kept, ...runsOf(rest)].sort((a, b) => a.bitOffset - b.bitOffset)
}

function dissected({ layers }: Dissection): { place: Omit<FieldPlace, 'drawn'>; computed: boolean }[] {
  return layers.flatMap(({ name, fields }, i) =>
    fields
      .filter(({ bits }) => bits > 0)
      .map(found => ({
        place: {
          name: fieldKeyIn(stackName(layers, i), found.key),
          format: { ...found.field, bits: found.bits },
          bitOffset: found.bitOffset,
          bits: found.bits,
        },
        computed: isComputed(name, found),
      })),
  )
}

const isComputed = (layer: string, { key, field }: DissectedField): boolean =>
  typeof field.default === 'function' || headers[layer]?.checksum?.field === key

/** `dns.questions.1.name.label.3` of `dns.questions.1.name`, `ipv6.src.high` of `ipv6.src`. */
const isPartOf = (program: FieldProgram, { name, ...range }: BitRange & { name: string }): boolean =>
  (program.name === name || program.name.startsWith(`${name}.`)) && overlaps(program, range)

function overlaps(program: FieldProgram, { bitOffset, bits }: BitRange): boolean {
  const place = rangeOf(program)
  return place.bitOffset < bitOffset + bits && bitOffset < place.bitOffset + place.bits
}

function rangeOf({ offset, bytes, shift, bits, clip }: FieldProgram): BitRange {
  if (clip) return { bitOffset: offset * 8, bits: (clip.to - clip.from) * 8 }
  return { bitOffset: (offset + bytes) * 8 - shift - bits, bits }
}

/** Of a field that two fragments share, neither has the value. */
const isWhole = ({ clip, bytes }: FieldProgram): boolean => !clip || (clip.from === 0 && clip.to === bytes)

/** Characters of a payload that stand one behind the other are one text. */
function runsOf(programs: readonly FieldProgram[]): FieldPlace[] {
  const runs: FieldProgram[][] = []
  for (const program of programs) {
    const last = runs.at(-1)?.at(-1)
    if (last && continues(last, program)) runs.at(-1)!.push(program)
    else runs.push([program])
  }
  return runs.map(run => {
    const [first, last] = [rangeOf(run[0]!), rangeOf(run.at(-1)!)]
    const bits = last.bitOffset + last.bits - first.bitOffset
    const type = run[0]!.name.startsWith('payload.') ? 'text' : 'uint'
    const format: Format = { type, bits, ...(bits > 32 && { hex: true }) }
    return { name: runName(run), format, bitOffset: first.bitOffset, bits, drawn: true }
  })
}

const stem = ({ name }: FieldProgram): string => name.replace(/\.\d+$/, '')

function continues(last: FieldProgram, next: FieldProgram): boolean {
  const end = rangeOf(last).bitOffset + rangeOf(last).bits
  return stem(last) !== last.name && stem(last) === stem(next) && rangeOf(next).bitOffset === end
}

function runName(run: readonly FieldProgram[]): string {
  const [first, last] = [run[0]!, run.at(-1)!]
  return first === last ? first.name : `${first.name}-${last.name.slice(stem(last).length + 1)}`
}
