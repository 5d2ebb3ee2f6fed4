/** Profile → the document it could have been read from: what `load` makes of it is the same profile. */
import { headers } from '../templates/headers/index.js'
import { formatDuration } from '../units/duration.js'
import { formatRate } from '../units/rate.js'
import { formatSize } from '../units/size.js'
import type { FrameSpec, LayerSpec, PortSpec, Profile, StreamSpec, Variables } from './model.js'
import { fieldDocument, pickDocument, variableDocument } from './write-field.js'

/** Plain data, for YAML or JSON; every default is written out, so that a later version of nmgen sends the same. */
export function profileDocument(profile: Profile): Record<string, unknown> {
  const { version, name, description, seed, ports, durationNs, cores, vars, streams, expect, safety } =
    profile
  return {
    version,
    name,
    ...(description !== undefined && { description }),
    seed,
    ports: Object.fromEntries(ports.map(port => [port.name, portDocument(port)])),
    ...(durationNs !== undefined && { duration: formatDuration(durationNs) }),
    ...(cores !== undefined && { cores: [...cores] }),
    ...variables(vars),
    streams: streams.map(streamDocument),
    expect: expect.map(({ text }) => text),
    safety: { ...safety, allow: [...safety.allow], interfaces: [...safety.interfaces] },
  }
}

const variables = (vars: Variables | undefined) => vars && { vars: mapped(vars, variableDocument) }

const mapped = <T>(
  map: Readonly<Record<string, T>>,
  write: (value: T, detail: 'all') => unknown,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, write(value, 'all')]))

const portDocument = ({ uri, txQueues, rxQueues, args }: PortSpec) => ({
  uri,
  queues: { tx: txQueues, rx: rxQueues },
  args: [...args],
})

function streamDocument({ name, frame, rate, count, tx, rx, signature, layers, vars, pick }: StreamSpec) {
  return {
    name,
    frame: frameDocument(frame),
    ...variables(vars),
    ...(pick && { pick: mapped(pick, pickDocument) }),
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

function layerDocument({ name, fields, bytes }: LayerSpec) {
  if (bytes) return { [name]: { bytes: Buffer.from(bytes).toString('hex') } }
  const kinds = new Map(headers[name]?.fields.map(field => [field.name, field]))
  const given = Object.entries(fields).map(([field, spec]) => [
    field,
    fieldDocument(kinds.get(field)!, spec, 'all'),
  ])
  return { [name]: given.length === 0 ? null : Object.fromEntries(given) }
}
