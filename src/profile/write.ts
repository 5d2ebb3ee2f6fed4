/** Profile → the document it could have been read from: what `load` makes of it is the same profile. */
import { type Field, fieldsOf, type List, listsOf, type Member } from '../templates/header.js'
import { headers } from '../templates/headers/index.js'
import { formatDomainName } from '../units/domain-name.js'
import { formatDuration } from '../units/duration.js'
import { formatRate } from '../units/rate.js'
import { formatSize } from '../units/size.js'
import { formatRange } from './format.js'
import { formatLiteral } from './literal.js'
import type { FieldSpec, FrameSpec, LayerSpec, PortSpec, Profile, StreamSpec } from './model.js'

/** Plain data, for YAML or JSON; every default is written out, so that a later version of nmgen sends the same. */
export function profileDocument(profile: Profile): Record<string, unknown> {
  const { version, name, description, seed, ports, durationNs, cores, streams, expect, safety } = profile
  return {
    version,
    name,
    ...(description !== undefined && { description }),
    seed,
    ports: Object.fromEntries(ports.map(port => [port.name, portDocument(port)])),
    ...(durationNs !== undefined && { duration: formatDuration(durationNs) }),
    ...(cores !== undefined && { cores: [...cores] }),
    streams: streams.map(streamDocument),
    expect: expect.map(({ text }) => text),
    safety: { ...safety, allow: [...safety.allow], interfaces: [...safety.interfaces] },
  }
}

const portDocument = ({ uri, txQueues, rxQueues, args }: PortSpec) => ({
  uri,
  queues: { tx: txQueues, rx: rxQueues },
  args: [...args],
})

function streamDocument({ name, frame, rate, count, tx, rx, signature, layers }: StreamSpec) {
  return {
    name,
    frame: frameDocument(frame),
    rate: formatRate(rate),
    ...(count !== undefined && { count }),
    tx,
    ...(rx !== undefined && { rx }),
    signature,
    layers: layers.map(layerDocument),
  }
}

function frameDocument(frame: FrameSpec) {
  if (frame.kind === 'fixed') return formatSize(frame.frameBytes)
  return {
    imix: Object.fromEntries(frame.sizes.map(size => [formatSize(size.frameBytes), size.weight])),
  }
}

function layerDocument(layer: LayerSpec) {
  const { name, bytes } = layer
  if (bytes) return { [name]: { bytes: Buffer.from(bytes).toString('hex') } }
  return { [name]: contentDocument(headers[name]?.members ?? [], layer) }
}

/** Of a header, or of an item in one of its lists. */
function contentDocument(members: readonly Member[], { fields, lists = {} }: LayerSpec): unknown {
  const kinds = new Map(fieldsOf(members).map(field => [field.name, field]))
  const given = Object.entries(fields).map(([name, spec]) => [name, fieldDocument(kinds.get(name)!, spec)])
  const listed = listsOf(members).flatMap(list => {
    const items = lists[list.list]
    return items ? [[list.list, items.map(item => itemDocument(list, item))]] : []
  })
  return given.length + listed.length === 0 ? null : Object.fromEntries([...given, ...listed])
}

function itemDocument({ items }: List, item: LayerSpec): unknown {
  const kind = items[item.name]!
  const alone = item.fields['']
  if (alone) return fieldDocument(fieldsOf(kind.fields)[0]!, alone)
  const content = contentDocument(kind.fields, item)
  return item.name === '' ? content : { [item.name]: content }
}

function fieldDocument(field: Field, spec: FieldSpec): unknown {
  if (spec.kind === 'checksum') return spec.mode
  if (spec.kind === 'bytes') return bytesDocument(field, spec.bytes)
  if (spec.kind === 'literal') return literalDocument(field, spec.value)
  const every = integerDocument(spec.every)
  if (spec.kind === 'list')
    return { list: { values: spec.values.map(value => literalDocument(field, value)), every } }
  const step = 'step' in spec ? { step: integerDocument(spec.step) } : {}
  return { [spec.kind]: { range: formatRange(field, spec.low, spec.high), ...step, every } }
}

function bytesDocument({ type }: Field, bytes: Uint8Array): string {
  if (type === 'text') return new TextDecoder().decode(bytes)
  return (type === 'name' && formatDomainName(bytes)) || Buffer.from(bytes).toString('hex')
}

const literalDocument = (field: Field, value: bigint) =>
  field.type === 'uint' || field.type === 'checksum' ? integerDocument(value) : formatLiteral(field, value)

/** JSON and YAML tools carry 53 bits without loss. */
const integerDocument = (value: bigint) =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString()
