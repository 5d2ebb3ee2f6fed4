/** Every header of the registry, every field and every item of its lists: what is encoded reads back as it was given. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LayerSpec, StreamSpec } from '../../profile/model.js'
import { anyTarget, literals, stacksTo, streamsWith } from '../arbitrary.testing.js'
import { compile } from '../compile.js'
import { type DissectedLayer, dissect } from '../dissect.js'
import { fieldsOf, type List, listsOf, type Member } from '../header.js'
import { layOut, type PlacedField } from '../layout.js'
import { profile } from '../profile.testing.js'
import { renderPacket } from '../render.testing.js'
import { headers } from './index.js'

function frameOf(spec: StreamSpec): Uint8Array {
  const { plan, diagnostics } = compile(profile([spec], { safety: anyTarget }))
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return renderPacket(plan!, 0, 0n)
}

/** `options.mss.value` of the table for `options.mss.2.value` of a frame. */
const inTable = (key: string): string => key.replaceAll(/\.\d+(?=\.|$)/g, '')

/** All keys that a header can have. */
const keysOf = (members: readonly Member[], prefix = ''): string[] => [
  ...fieldsOf(members).map(({ name }) => join(prefix, name)),
  ...listsOf(members).flatMap(list => itemKeys(list, join(prefix, list.list))),
]

const itemKeys = ({ items }: List, prefix: string): string[] =>
  Object.entries(items).flatMap(([kind, { fields, unread }]) =>
    unread ? [] : keysOf(fields, join(prefix, kind)),
  )

const join = (...parts: string[]): string => parts.filter(part => part !== '').join('.')

/** What the profile gives, wherever it is one value; a field in parts is its parts, one behind the other. */
function given({ spec, parts, bits }: PlacedField): bigint | undefined {
  if (spec?.kind === 'literal') return spec.value
  if (parts.length === 0 || !parts.every(part => part.spec?.kind === 'literal')) return undefined
  const whole = parts.reduce((sum, part) => (sum << BigInt(part.bits)) | (given(part) ?? 0n), 0n)
  return whole & ((1n << BigInt(bits)) - 1n)
}

/** Compares a layer with what was laid out, and returns the keys that were there. */
function compared(found: DissectedLayer, fields: readonly PlacedField[]): string[] {
  expect(found.fields.map(({ key, bits }) => [key, bits])).toEqual(fields.map(({ key, bits }) => [key, bits]))
  for (const [i, field] of fields.entries()) {
    const value = given(field)
    if (value !== undefined) expect([field.key, found.fields[i]!.value]).toEqual([field.key, value])
  }
  return found.fields.map(({ key }) => inTable(key))
}

const readable = Object.keys(headers).filter(name => name !== 'raw')

describe('encode, dissect, equal', () => {
  it.each(readable)('%s, with all that it can hold', name => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(streamsWith(literals, /^$/, stacksTo(name)), spec => {
        const { layers } = dissect(frameOf(spec))
        const placed = layOut(spec, []).layout!.layers
        expect(layers.slice(0, placed.length).map(layer => layer.name)).toEqual(
          spec.layers.map(layer => layer.name),
        )
        const top = placed.length - 1
        for (const key of compared(layers[top]!, placed[top]!.fields)) seen.add(key)
      }),
      { numRuns: 150, seed: 1 },
    )
    expect(keysOf(headers[name]!.members).filter(key => !seen.has(key))).toEqual([])
  })
})

/** The bytes of a field that was laid out, in the frame. */
function bytesAt(frame: Uint8Array, spec: StreamSpec, key: string): Uint8Array {
  const layer = layOut(spec, []).layout!.layers.at(-1)!
  const { bitOffset, bits } = layer.fields.findLast(field => inTable(field.key) === key)!
  return frame.subarray(bitOffset / 8, (bitOffset + bits) / 8)
}

describe('bytes that no reader knows stand where they were put', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 6 })
  const raw = (given: Uint8Array): LayerSpec => ({
    name: 'raw',
    fields: { bytes: { kind: 'bytes', bytes: given } },
  })

  it('as the layer `raw`, on anything', () => {
    fc.assert(
      fc.property(streamsWith(literals, /^$/), bytes, (below, given) => {
        const spec = { ...below, layers: [...below.layers, raw(given)] }
        expect(bytesAt(frameOf(spec), spec, 'bytes')).toEqual(given)
      }),
      { numRuns: 100 },
    )
  })

  const lists = Object.values(headers).flatMap(({ name, lists }) =>
    lists.flatMap(({ list, items }) =>
      Object.values(items).some(({ unread }) => unread) ? [[name, list]] : [],
    ),
  ) as [string, string][]

  it.each(lists)('as the last of %s: %s', (name, list) => {
    let seen = 0
    fc.assert(
      fc.property(streamsWith(literals, /^$/, stacksTo(name)), bytes, (other, given) => {
        const top = other.layers.at(-1)!
        const items = top.lists?.[list]
        if (!items) return
        seen++
        const lists = { ...top.lists, [list]: [...items, raw(given)] }
        const spec = { ...other, layers: [...other.layers.slice(0, -1), { ...top, lists }] }
        expect(bytesAt(frameOf(spec), spec, `${list}.raw.bytes`)).toEqual(given)
      }),
      { numRuns: 60, seed: 1 },
    )
    expect(seen).toBeGreaterThan(0)
  })
})
