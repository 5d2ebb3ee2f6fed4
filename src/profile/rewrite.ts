/** `set` of a stream that is made from a capture: fields of its packets, by name, and what they are to hold. */
import { type Field, fieldsOf, type Header } from '../templates/header.js'
import { headers } from '../templates/headers/index.js'
import { parseField } from './field.js'
import { isBytes } from './field-bytes.js'
import type { Rewrite } from './model.js'
import { checked, describe, isMap, type Report } from './problem.js'
import { hintFor } from './suggest.js'

/** With `like`, anything may stand here; only without it, fields alone. */
const json = {
  type: 'object',
  description:
    'Fields to rewrite in the packets of `pcap` that have them, e.g. {ipv4.src: {random: 198.18.0.0/16}}; ' +
    'with `like`, values to change in what it takes over, e.g. {udp.dst: 443}.',
}

/** By full names, or by headers as in `{ipv4: {src: ...}}`, which is what `--set` makes. */
export const rewrites = checked<readonly Rewrite[]>(json, (input, report) => {
  if (!isMap(input)) {
    report({
      code: 'wrong-type',
      message: `\`set\` is a map of fields and values, not ${describe(input)}`,
      path: [],
    })
    return undefined
  }
  const found = new Map<string, Rewrite>()
  let complete = true
  for (const { name, value, path } of entriesOf(input)) {
    const rewrite = parseRewrite(name, value, problem =>
      report({ ...problem, path: [...path, ...problem.path] }),
    )
    if (rewrite) found.set(name, { ...rewrite, path })
    else complete = false
  }
  return complete ? [...found.values()] : undefined
})

interface Entry {
  name: string
  value: unknown
  path: readonly string[]
}

/** What is written by headers wins: it was set later. */
function entriesOf(map: Readonly<Record<string, unknown>>): Entry[] {
  const flat: Entry[] = []
  const nested: Entry[] = []
  for (const [key, value] of Object.entries(map)) {
    if (!Object.hasOwn(headers, key) || !isMap(value)) flat.push({ name: key, value, path: [key] })
    else
      for (const [field, inner] of Object.entries(value))
        nested.push({ name: `${key}.${field}`, value: inner, path: [key, field] })
  }
  return [...flat, ...nested]
}

/** The field of that name in the tables of headers; undefined: there is none. */
export function rewriteField(name: string): Field | undefined {
  const [layer, ...rest] = name.split('.')
  const header = Object.hasOwn(headers, layer!) ? headers[layer!] : undefined
  return header && fieldAt(header, withoutNumber(rest))
}

/** `vlan.2.id` is a field of vlan. */
const withoutNumber = (words: readonly string[]): readonly string[] =>
  /^[1-9]\d*$/.test(words[0] ?? '') ? words.slice(1) : words

function parseRewrite(
  name: string,
  value: unknown,
  report: Report,
): Pick<Rewrite, 'name' | 'spec'> | undefined {
  const wrong = (code: string, message: string, hint: string) => {
    report({ code, message, hint, path: [], at: 'key' })
    return undefined
  }
  const [layer, ...rest] = name.split('.')
  const header = Object.hasOwn(headers, layer!) ? headers[layer!] : undefined
  if (!header)
    return wrong('unknown-key', `\`${layer}\` is not a header`, hintFor(layer!, Object.keys(headers)))
  const words = withoutNumber(rest)
  const field = fieldAt(header, words)
  if (!field) {
    const names = header.fields.map(one => one.name)
    const hint = words[0] ? hintFor(words[0], names) : `write \`${layer}.${names[0]}\``
    return wrong('unknown-key', `\`${name}\` is not a field`, hint)
  }
  if (isBytes(field))
    return wrong(
      'bad-value',
      `${name} may have any length, so it cannot be rewritten`,
      'use `layers` instead',
    )
  if (field.type === 'mac' && value === 'resolve') {
    const message = 'packets of a capture have many destinations, which are no neighbours'
    report({ code: 'resolve-place', message, hint: 'give the MAC address', path: [] })
    return undefined
  }
  const spec = parseField(field, value, report)
  return spec && { name, spec }
}

/** `src`, or in a list `options.mss.value`; the second one is `options.mss.2.value`. */
function fieldAt(header: Header, words: readonly string[]): Field | undefined {
  const [first, kind = '', ...rest] = words
  if (words.length === 1) return header.fields.find(({ name }) => name === first)
  const items = header.lists.find(({ list }) => list === first)?.items ?? {}
  const item = /^\d+$/.test(kind) ? items[''] : Object.hasOwn(items, kind) ? items[kind] : undefined
  const [name = '', ...more] = /^\d+$/.test(rest[0] ?? '') ? rest.slice(1) : rest
  return item && more.length === 0 ? fieldsOf(item.fields).find(field => field.name === name) : undefined
}
