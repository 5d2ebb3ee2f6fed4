import type {
  Digit,
  Linked,
  Profile,
  Reference,
  StreamSpec,
  ValueSpec,
  VariableSpec,
} from '../profile/model.js'
import { hintFor } from '../units/suggest.js'
import { ones } from './bits.js'
import { type Diagnostic, error } from './diagnostic.js'
import { digitFrom, notCounted, ownNumber } from './digits.js'
import { type Layout, type PlacedField, placedFields } from './layout.js'
import { fieldNames, linkedField, linkedVariable } from './linked.js'

type Target = Extract<ValueSpec, { kind: 'literal' | 'linked' }>

interface Found {
  target: Target
  /** Of a field, the value wraps at its width, as sequence numbers do; what a variable gives must fit. */
  wraps: boolean
  /** Each packet of a capture has a value of its own, which is known as this packet's only. */
  captured?: boolean
}

/** Everything that a name of this stream can mean. */
interface Scope {
  profile: Profile
  stream: StreamSpec
  layout: Layout
  found: Diagnostic[]
  /** The fields whose references are being looked up, outermost first. */
  trail: PlacedField[]
}

/** Looks up what the fields of a stream refer to, and puts it in their place. Changes the layout. */
export function link(profile: Profile, stream: StreamSpec, layout: Layout): Diagnostic[] {
  const scope: Scope = { profile, stream, layout, found: [], trail: [] }
  for (const field of placedFields(layout)) {
    resolve(scope, field)
    for (const part of field.parts) resolve(scope, part)
  }
  return scope.found
}

/** Wholes and their parts: both have names. */
const fieldsOf = (layout: Layout): readonly PlacedField[] =>
  placedFields(layout).flatMap(field => [field, ...field.parts])

/** False: the field refers to something that is not there, which has been said. */
function resolve(scope: Scope, field: PlacedField): boolean {
  const { spec } = field
  if (spec?.kind !== 'ref' && spec?.kind !== 'hash' && spec?.kind !== 'digit') return true
  if (scope.trail.includes(field)) return cyclic(scope, field)
  scope.trail.push(field)
  const result = lookedUp(scope, field, spec)
  scope.trail.pop()
  // What cannot be said holds its default: one mistake is reported once.
  field.spec = result
  return result !== undefined
}

function lookedUp(
  scope: Scope,
  field: PlacedField,
  spec: Reference | Digit | Extract<ValueSpec, { kind: 'hash' }>,
): ValueSpec | undefined {
  if (spec.kind === 'digit') return digitOf(scope, field, spec)
  const found = find(scope, field, spec.kind === 'ref' ? spec.name : spec.of)
  if (!found) return undefined
  return spec.kind === 'ref' ? moved(scope, field, spec, found) : hashOf(scope, field, spec, found)
}

/** All digits of a number follow the one draw. */
function digitOf(scope: Scope, field: PlacedField, spec: Digit): ValueSpec | undefined {
  const { value } = spec
  const found = value.kind === 'ref' ? find(scope, field, value.name) : undefined
  if (value.kind === 'ref' && !found) return undefined
  const number =
    value.kind === 'ref' ? moved(scope, { ...field, bits: 128 }, value, found!) : ownNumber(field, value)
  if (!number) return undefined
  const highest = number.kind === 'literal' ? number.value : number.high
  const result = digitFrom(spec, number)
  if (!result)
    fail(scope, field, 'not-a-value', `\`${spec.of}\` ${notCounted}`, 'write `{inc: 0-9999}`, or a list')
  else if (highest > spec.most)
    fail(
      scope,
      field,
      'out-of-range',
      `${highest} has more digits than \`${spec.of}\``,
      'give it more `digits`',
    )
  return result
}

function cyclic(scope: Scope, field: PlacedField): boolean {
  const circle = [...scope.trail.slice(scope.trail.indexOf(field)), field].map(({ name }) => name)
  return fail(
    scope,
    field,
    'cyclic-reference',
    `${circle.join(' = ')}: this goes in a circle`,
    'give one of them a value',
  )
}

/** At the field whose own reference is wrong, not at those that lead to it; for all digits of a number once. */
function fail(scope: Scope, { path }: PlacedField, code: string, message: string, hint?: string): false {
  const known = scope.found.some(one => one.message === message && one.path.join() === path.join())
  if (!known) scope.found.push(error(path, { code, message, ...(hint !== undefined && { hint }) }))
  return false
}

function find(scope: Scope, from: PlacedField, name: string): Found | undefined {
  const [variable, part] = name.split('.')
  for (const { vars, shared } of [
    { vars: scope.stream.vars, shared: false },
    { vars: scope.profile.vars, shared: true },
  ]) {
    const spec = vars && Object.hasOwn(vars, variable!) ? vars[variable!] : undefined
    if (spec) return findPart(scope, from, name, spec, part, shared)
  }
  return findField(scope, from, name)
}

function findPart(
  scope: Scope,
  from: PlacedField,
  name: string,
  spec: VariableSpec,
  part: string | undefined,
  shared: boolean,
): Found | undefined {
  const [variable] = name.split('.')
  const parts = spec.parts?.map(one => one.name) ?? []
  if (part !== undefined && !parts.includes(part)) {
    const hint = parts.length === 0 ? `write \`=${variable}\`` : hintFor(part, parts)
    fail(scope, from, 'unknown-part', `\`${variable}\` has no part \`${part}\``, hint)
    return undefined
  }
  const pick = scope.stream.pick?.[variable!]
  return { target: linkedVariable(variable!, spec, part, { shared, ...(pick && { pick }) }), wraps: false }
}

function findField(scope: Scope, from: PlacedField, name: string): Found | undefined {
  const fields = fieldsOf(scope.layout)
  const base = from.whole ?? from.name
  const layer = base.slice(0, base.lastIndexOf('.'))
  const target =
    fields.find(field => field.name === name) ?? fields.find(field => field.name === `${layer}.${name}`)
  if (!target) {
    const names = [...variableNames(scope), ...fieldNames(fields, layer)]
    fail(scope, from, 'unknown-name', `nothing here is called \`${name}\``, hintFor(name, names))
    return undefined
  }
  if (!resolve(scope, target)) return undefined
  if (target.parts.length > 0) {
    const named = target.parts.flatMap(part => (part.name.endsWith('.') ? [] : [part.name]))
    const message = `${target.name} is made of parts`
    fail(scope, from, 'not-a-value', message, `refer to one of them: ${named.slice(0, 4).join(', ')}`)
    return undefined
  }
  const given = isChecksum(scope, target) ? undefined : linkedField(target)
  if (given) return { target: given, wraps: true, captured: isCaptured(scope, target) }
  fail(
    scope,
    from,
    'not-a-value',
    `${target.name} is computed for each packet`,
    'give it a value, or refer to another',
  )
  return undefined
}

const isCaptured = ({ stream }: Scope, { name }: PlacedField): boolean =>
  stream.capture !== undefined && !stream.capture.set.some(one => one.name === name)

const isChecksum = ({ layout }: Scope, field: PlacedField): boolean =>
  !field.spec &&
  layout.layers.some(
    ({ header, fields }) => fields.includes(field) && header.checksum?.field === field.field.name,
  )

const variableNames = ({ profile, stream }: Scope): string[] =>
  Object.entries({ ...profile.vars, ...stream.vars }).flatMap(([name, { parts }]) =>
    parts ? parts.map(part => `${name}.${part.name}`) : [name],
  )

function moved(
  scope: Scope,
  field: PlacedField,
  { times, plus }: Reference,
  found: Found,
): Target | undefined {
  const { target, wraps } = found
  if (target.kind === 'literal')
    return bounded(scope, field, wraps, { ...target, value: target.value * times + plus })
  const [low, high] = [target.low * times + plus, target.high * times + plus]
  const linked: Linked = {
    ...target,
    low,
    high,
    times: target.times * times,
    plus: target.plus * times + plus,
  }
  return bounded(scope, field, wraps, linked)
}

function bounded(scope: Scope, field: PlacedField, wraps: boolean, target: Target): Target | undefined {
  const most = ones(field.bits)
  const [low, high] = target.kind === 'literal' ? [target.value, target.value] : [target.low, target.high]
  if (low >= 0n && high <= most) return target
  if (wraps && target.kind === 'literal') return { ...target, value: target.value & most }
  if (wraps && target.kind === 'linked') return { ...target, low: 0n, high: most }
  const range = low === high ? `is ${low}` : `runs from ${low} to ${high}`
  const message = `this ${range}, which does not fit in ${field.bits} bits`
  fail(scope, field, 'out-of-range', message, `0 to ${most}`)
  return undefined
}

function hashOf(
  scope: Scope,
  field: PlacedField,
  { of, low, high }: Extract<ValueSpec, { kind: 'hash' }>,
  { target, captured }: Found,
): ValueSpec | undefined {
  if (captured) {
    const message = `\`${of}\` holds what was captured: a hash is of what is drawn`
    fail(scope, field, 'not-a-value', message, `draw it in \`set\` too, or hash a variable`)
    return undefined
  }
  if (target.kind === 'literal' || target.hash) {
    const why = target.kind === 'literal' ? 'is always the same' : 'is a hash itself'
    fail(scope, field, 'not-a-value', `\`${of}\` ${why}`, 'hash a variable, or a field that varies')
    return undefined
  }
  return { ...target, low, high, times: 1n, plus: 0n, hash: { name: `hash ${of} ${field.name}`, low, high } }
}
