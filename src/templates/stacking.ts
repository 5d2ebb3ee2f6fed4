import type { LayerSpec, PartsSpec, YamlPath } from '../profile/model.js'
import { ones } from './bits.js'
import { type Diagnostic, error } from './diagnostic.js'
import { type Field, fieldsOf, type Header, type List, listsOf, type Member, type When } from './header.js'
import { extremes, type Scope } from './header-table.js'
import { headers } from './headers/index.js'
import { bitsOf, type SlotSpec } from './pieces.js'

/** Can these layers stand on each other, and do the given values fit in their fields? `path` is the stream's. */
export function checkLayers(layers: readonly LayerSpec[], path: YamlPath): Diagnostic[] {
  const message = 'a stream needs at least the layer `ethernet`'
  if (!layers.some(layer => layer.name !== 'payload'))
    return [error([...path, 'layers'], { code: 'no-layers', message, hint: 'a payload follows headers' })]
  const found: Diagnostic[] = []
  for (const [i, layer] of layers.entries()) {
    const here = [...(layer.path ?? [...path, 'layers', i]), layer.name]
    found.push(...checkOrder(layer.name, layers[i - 1]?.name, here), ...checkFields(layer, here))
  }
  return found
}

function checkOrder(name: string, below: string | undefined, path: YamlPath): Diagnostic[] {
  const wrong = (message: string, hint: string) => [error(path, { code: 'layer-order', message, hint })]
  if (below === 'payload') return wrong(`${name} stands on the payload`, '`payload` is the last layer')
  const header = headers[name]
  if (!header) return name === 'payload' ? [] : unknownLayer(name, path)
  if (header.anywhere) return []
  const bases = Object.keys(header.on)
  if (below === undefined)
    return header.starts ? [] : wrong(`a frame cannot start with ${name}`, 'it starts with `ethernet`')
  if (bases.includes(below) || !headers[below] || headers[below].anywhere) return []
  return wrong(`${name} cannot stand on ${below}`, `it stands on ${inWords(bases)}`)
}

const inWords = (bases: readonly string[]): string =>
  bases.length < 2 ? bases.join('') : `${bases.slice(0, -1).join(', ')} or ${bases.at(-1)}`

const unknownLayer = (name: string, path: YamlPath): Diagnostic[] => [
  error(path, {
    code: 'unknown-layer',
    message: `there is no layer \`${name}\``,
    hint: `layers: ${[...Object.keys(headers), 'payload'].join(', ')}`,
  }),
]

function checkFields(layer: LayerSpec, path: YamlPath): Diagnostic[] {
  const header = headers[layer.name]
  return header ? checkMembers(header.name, header.members, layer, path) : []
}

/** Are these names of the header, or of the list's item? The loader has said so already, with a better caret. */
function checkMembers(
  what: string,
  members: readonly Member[],
  spec: LayerSpec,
  path: YamlPath,
): Diagnostic[] {
  const fields = fieldsOf(members)
  const lists = listsOf(members)
  const unknown = [
    ...Object.keys(spec.fields).filter(given => !fields.some(({ name }) => name === given)),
    ...Object.keys(spec.lists ?? {}).filter(given => !lists.some(({ list }) => list === given)),
  ]
  const known = () => [...fields.map(({ name }) => name), ...lists.map(({ list }) => list)]
  const items = lists.flatMap(list =>
    (spec.lists?.[list.list] ?? []).flatMap((item, i) =>
      checkItem(list, item, item.path ?? [...path, list.list, i]),
    ),
  )
  return [...unknown.map(name => unknownField(what, known(), name, [...path, name])), ...items]
}

function checkItem({ list, items }: List, item: LayerSpec, path: YamlPath): Diagnostic[] {
  const kind = items[item.name]
  if (kind) return checkMembers(item.name || list, kind.fields, item, [...path, item.name])
  return [unknownField(list, Object.keys(items), item.name, [...path, item.name])]
}

const unknownField = (what: string, known: readonly string[], name: string, path: YamlPath): Diagnostic =>
  error(path, {
    code: 'unknown-field',
    message: `${what} has no field \`${name}\``,
    hint: `fields: ${known.join(', ')}`,
  })

/** Does every given field have its place, and every value room in it? */
export function checkScope(header: Header, scope: Scope): Diagnostic[] {
  const given = scope.slots.filter(({ spec }) => spec)
  return [
    ...scope.all().flatMap(inner => inner.absent().map(path => absent(header, inner.members, path))),
    ...given.flatMap(({ field, spec, path }) => checkValues(field, spec!, path)),
  ]
}

function absent(header: Header, members: readonly Member[], path: YamlPath): Diagnostic {
  const name = String(path.at(-1))
  const places = members.flatMap(member => ('when' in member && has(member, name) ? [member.doc] : []))
  return error(path, {
    code: 'field-not-here',
    message: `there is no \`${name}\` in this ${header.name}`,
    hint: `${header.name} has it ${places.join(', or ')}`,
  })
}

const has = ({ fields }: When, name: string): boolean =>
  fieldsOf(fields).some(field => field.name === name) || listsOf(fields).some(({ list }) => list === name)

/** The loader refuses such values with a better caret; a profile that was built in code comes straight to here. */
function checkValues(field: Pick<Field, 'bits'>, spec: SlotSpec, path: YamlPath): Diagnostic[] {
  if (spec.kind === 'parts') return checkParts(field, spec, path)
  const values = extremes(spec)
  const found: Diagnostic[] = []
  const wrong = (code: string, message: string) => found.push(error(path, { code, message }))
  if (values.length === 0 && spec.kind !== 'ref' && spec.kind !== 'digit')
    wrong('bad-value', 'the list is empty')
  const outside = values.find(value => value < 0n || value > ones(field.bits))
  if (outside !== undefined) wrong('out-of-range', `${outside} does not fit in ${field.bits} bits`)
  if ('low' in spec && spec.low > spec.high) wrong('reversed-range', 'the range runs backwards')
  if ('every' in spec && (spec.every < 1n || spec.every > ones(64)))
    wrong('out-of-range', '`every` must be 1 or more')
  if ('step' in spec && spec.step < 1n) wrong('out-of-range', '`step` must be 1 or more')
  return found
}

export function checkParts(
  { bits }: Pick<Field, 'bits'>,
  { parts }: PartsSpec,
  path: YamlPath,
): Diagnostic[] {
  const sum = bitsOf(parts)
  if (sum !== bits) {
    const message = `the parts have ${sum} bits together, not ${bits}`
    const hint = 'the highest bits first, and all of them'
    return [error([...path, 'bits'], { code: 'bad-parts', message, hint })]
  }
  return parts.flatMap(part => checkValues(part, part.value, path))
}
