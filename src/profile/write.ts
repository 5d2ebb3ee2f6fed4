/** Profile → the document it could have been read from: what `load` makes of it is the same profile. */
import type { Field } from '../templates/header.js'
import { headers } from '../templates/headers/index.js'
import { formatDuration } from '../units/duration.js'
import type { Load } from '../units/load.js'
import { formatRate } from '../units/rate.js'
import { formatSize } from '../units/size.js'
import { formatRange, formatShare } from './format.js'
import { formatLiteral } from './literal.js'
import type { FrameSpec, LayerSpec, PortSpec, Profile, StreamSpec, ValueSpec } from './model.js'

/** Plain data, for YAML or JSON; every default is written out, so that a later version of nmgen sends the same. */
export function profileDocument(profile: Profile): Record<string, unknown> {
  const { version, name, description, seed, ports, durationNs, rate, mix, cores, streams, expect, safety } =
    profile
  return {
    version,
    name,
    ...(description !== undefined && { description }),
    seed,
    ports: Object.fromEntries(ports.map(port => [port.name, portDocument(port)])),
    ...(durationNs !== undefined && { duration: formatDuration(durationNs) }),
    ...(rate !== undefined && { rate: loadDocument(rate) }),
    ...(mix !== undefined && { mix: { run_length: mix.runLength } }),
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

/** A stream that divides the total has a share and no rate. */
function streamDocument(stream: StreamSpec) {
  const { name, frame, rate, share, count, startNs, forNs, after, tx, rx, signature, layers } = stream
  return {
    name,
    frame: frameDocument(frame),
    ...(share === undefined ? { rate: loadDocument(rate) } : { share: formatShare(share) }),
    ...(count !== undefined && { count }),
    ...(startNs !== undefined && { start: formatDuration(startNs) }),
    ...(forNs !== undefined && { for: formatDuration(forNs) }),
    ...(after !== undefined && { after: [...after] }),
    tx,
    ...(rx !== undefined && { rx }),
    signature,
    layers: layers.map(layerDocument),
  }
}

function loadDocument(load: Load): unknown {
  if (load.kind === 'poisson') return { poisson: formatRate(load.rate) }
  if (load.kind === 'ramp') {
    const { from, to, overNs } = load
    return { ramp: { from: formatRate(from), to: formatRate(to), over: formatDuration(overNs) } }
  }
  if (load.kind !== 'burst') return formatRate(load)
  const often = 'rate' in load ? { rate: formatRate(load.rate) } : { every: formatDuration(load.everyNs) }
  return { burst: { frames: load.frames, ...often } }
}

function frameDocument(frame: FrameSpec) {
  if (frame.kind === 'fixed') return formatSize(frame.frameBytes)
  return {
    imix: Object.fromEntries(frame.sizes.map(size => [formatSize(size.frameBytes), size.weight])),
  }
}

function layerDocument({ name, fields, bytes }: LayerSpec) {
  if (bytes) return { [name]: { bytes: Buffer.from(bytes).toString('hex') } }
  const kinds = new Map(headers[name]?.fields.map(field => [field.name, field]))
  const given = Object.entries(fields).map(([field, spec]) => [field, fieldDocument(kinds.get(field)!, spec)])
  return { [name]: given.length === 0 ? null : Object.fromEntries(given) }
}

function fieldDocument(field: Field, spec: ValueSpec): unknown {
  if (spec.kind === 'literal') return literalDocument(field, spec.value)
  const every = integerDocument(spec.every)
  if (spec.kind === 'list')
    return { list: { values: spec.values.map(value => literalDocument(field, value)), every } }
  const step = 'step' in spec ? { step: integerDocument(spec.step) } : {}
  return { [spec.kind]: { range: formatRange(field, spec.low, spec.high), ...step, every } }
}

const literalDocument = (field: Field, value: bigint) =>
  field.type === 'uint' ? integerDocument(value) : formatLiteral(field, value)

/** JSON and YAML tools carry 53 bits without loss. */
const integerDocument = (value: bigint) =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString()
