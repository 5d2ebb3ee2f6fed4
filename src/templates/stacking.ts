import type { LayerSpec, ValueSpec, YamlPath } from '../profile/model.js'
import { ones } from './bits.js'
import { type Diagnostic, error } from './diagnostic.js'
import type { Field, Header } from './header.js'
import { headers } from './headers/index.js'
import { hullsOf } from './sets.js'

/** Can these layers stand on each other, and do the given values fit in their fields? */
export function checkLayers(layers: readonly LayerSpec[], path: YamlPath): Diagnostic[] {
  if (!layers.some(layer => layer.name !== 'payload'))
    return [error(path, { code: 'no-layers', message: 'a stream needs at least the layer `ethernet`' })]
  return layers.flatMap((layer, i) => {
    const here = [...path, i, layer.name]
    return [...checkOrder(layer.name, layers[i - 1]?.name, here), ...checkFields(layer, here)]
  })
}

function checkOrder(name: string, below: string | undefined, path: YamlPath): Diagnostic[] {
  const wrong = (message: string, hint: string) => [error(path, { code: 'layer-order', message, hint })]
  if (below === 'payload') return wrong(`${name} stands on the payload`, '`payload` is the last layer')
  const header = headers[name]
  if (!header) return name === 'payload' ? [] : unknownLayer(name, path)
  const bases = Object.keys(header.on)
  if (below === undefined)
    return bases.length === 0 ? [] : wrong(`a frame cannot start with ${name}`, 'it starts with `ethernet`')
  if (bases.includes(below) || !headers[below]) return []
  return wrong(
    `${name} cannot stand on ${below}`,
    bases.length === 0 ? 'it is the first layer' : `it stands on ${bases.join(' or ')}`,
  )
}

const unknownLayer = (name: string, path: YamlPath): Diagnostic[] => [
  error(path, {
    code: 'unknown-layer',
    message: `there is no layer \`${name}\``,
    hint: `layers: ${[...Object.keys(headers), 'payload'].join(', ')}`,
  }),
]

function checkFields(layer: LayerSpec, path: YamlPath): Diagnostic[] {
  const header = headers[layer.name]
  if (!header) return []
  return Object.entries(layer.fields).flatMap(([name, spec]) => {
    const field = header.fields.find(candidate => candidate.name === name)
    return field ? checkValues(field, spec, [...path, name]) : [unknownField(header, name, [...path, name])]
  })
}

const unknownField = (header: Header, name: string, path: YamlPath): Diagnostic =>
  error(path, {
    code: 'unknown-field',
    message: `${header.name} has no field \`${name}\``,
    hint: `fields: ${header.fields.map(field => field.name).join(', ')}`,
  })

/** The loader refuses such values with a better caret; a profile that was built in code comes straight to here. */
function checkValues(field: Field, spec: ValueSpec, path: YamlPath): Diagnostic[] {
  const values = extremes(spec)
  const found: Diagnostic[] = []
  const wrong = (code: string, message: string) => found.push(error(path, { code, message }))
  if (values.length === 0 && spec.kind !== 'ref') wrong('bad-value', 'the list is empty')
  const outside = values.find(value => value < 0n || value > ones(field.bits))
  if (outside !== undefined) wrong('out-of-range', `${outside} does not fit in ${field.bits} bits`)
  if ('low' in spec && spec.low > spec.high) wrong('reversed-range', 'the range runs backwards')
  if ('every' in spec && (spec.every < 1n || spec.every > ones(64)))
    wrong('out-of-range', '`every` must be 1 or more')
  if ('step' in spec && spec.step < 1n) wrong('out-of-range', '`step` must be 1 or more')
  return found
}

/** Of a reference none are known before it is looked up. */
export const extremes = (spec: ValueSpec): readonly bigint[] =>
  hullsOf(spec).flatMap(({ low, high }) => (low === high ? [low] : [low, high]))
