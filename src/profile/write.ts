/** Profile → the document it could have been read from: what `load` makes of it is the same profile. */
import { fieldsOf, type List, listsOf, type Member } from '../templates/header.js'
import { headers } from '../templates/headers/index.js'
import { formatAddress } from '../units/address.js'
import { formatDuration } from '../units/duration.js'
import type { Load } from '../units/load.js'
import { formatTolerance } from '../units/pacing.js'
import { formatRate } from '../units/rate.js'
import { findDocument } from './find.js'
import { formatIndices, formatShare } from './format.js'
import type {
  Alternative,
  CaptureSpec,
  LayerSpec,
  Pacing,
  PortSpec,
  Profile,
  StreamSpec,
  Variables,
} from './model.js'
import { formatIp, formatPortAddress } from './port-address.js'
import { receiverDocument } from './receiver.js'
import { rewriteField } from './rewrite.js'
import { fieldDocument, pickDocument, stringDocument, variableDocument } from './write-field.js'
import { fragmentDocument } from './write-fragment.js'
import { frameDocument } from './write-frame.js'

/** Plain data, for YAML or JSON; every default is written out, so that a later version of nmgen sends the same. */
export function profileDocument(profile: Profile): Record<string, unknown> {
  const {
    version,
    name,
    description,
    seed,
    ports,
    durationNs,
    rate,
    mix,
    pacing,
    latencySample,
    cores,
    vars,
    account,
    streams,
    expect,
    find,
    safety,
  } = profile
  return {
    version,
    name,
    ...(description !== undefined && { description }),
    seed,
    ports: Object.fromEntries(ports.map(port => [port.name, portDocument(port)])),
    ...(durationNs !== undefined && { duration: formatDuration(durationNs) }),
    ...(rate !== undefined && { rate: loadDocument(rate) }),
    ...(mix !== undefined && { mix: { run_length: mix.runLength } }),
    pacing: pacingDocument(pacing),
    ...(latencySample !== undefined && { latency: { sample: latencySample } }),
    ...(cores !== undefined && { cores: [...cores] }),
    ...variables(vars),
    ...(account && { account: [...account] }),
    streams: streams.map(stream => streamDocument(stream, ports)),
    expect: expect.map(({ text }) => text),
    ...(find && { find: findDocument(find) }),
    safety: { ...safety, allow: [...safety.allow], interfaces: [...safety.interfaces] },
  }
}

const pacingDocument = ({ late, afterNs, catchUp, burst, tolerance }: Pacing) => ({
  late,
  after: formatDuration(afterNs),
  catch_up: catchUp,
  burst,
  tolerance: formatTolerance(tolerance),
})

const variables = (vars: Variables | undefined) => vars && { vars: mapped(vars, variableDocument) }

const mapped = <T>(
  map: Readonly<Record<string, T>>,
  write: (value: T, detail: 'all') => unknown,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, write(value, 'all')]))

const portDocument = ({ uri, txQueues, rxQueues, args, addresses, gateways, mac }: PortSpec) => ({
  uri,
  queues: { tx: txQueues, rx: rxQueues },
  args: [...args],
  ...(addresses && { address: addresses.map(formatPortAddress) }),
  ...(gateways && { gateway: gateways.map(formatIp) }),
  ...(mac !== undefined && { mac: formatAddress('mac', mac) }),
})

/** A stream that divides the total has a share and no rate. */
function streamDocument(stream: StreamSpec, ports: readonly PortSpec[]) {
  const { name, frame, fragment, capture, count, startNs, forNs, after, tx, rx } = stream
  const { signature, signAlways, layers, vars, pick, account, accountShared } = stream
  return {
    name,
    ...(frame.kind === 'captured' ? {} : { frame: frameDocument(frame) }),
    ...(fragment && { fragment: fragmentDocument(fragment) }),
    ...(capture && captureDocument(capture)),
    ...variables(vars),
    ...(pick && { pick: mapped(pick, pickDocument) }),
    ...rateDocument(stream),
    ...(count !== undefined && { count }),
    ...(startNs !== undefined && { start: formatDuration(startNs) }),
    ...(forNs !== undefined && { for: formatDuration(forNs) }),
    ...(after !== undefined && { after: [...after] }),
    ...(account && !accountShared && { account: [...account] }),
    tx,
    ...receiverDocument(rx, tx, ports),
    // As a default it means less than as a word of the profile's.
    ...((!signature || signAlways) && { signature }),
    ...(capture ? {} : { layers: layers.map(layerDocument) }),
  }
}

/** The gaps of a capture are a rate, too. */
function rateDocument({ rate, share, capture }: StreamSpec) {
  if (capture?.speed !== undefined) return {}
  return share === undefined ? { rate: loadDocument(rate) } : { share: formatShare(share) }
}

function captureDocument({ file, only, speed, loops, checksums, set }: CaptureSpec) {
  return {
    pcap: file,
    ...(only && { only: only.map(formatIndices) }),
    ...(speed !== undefined && { timing: speed === 1 ? 'original' : { speed } }),
    ...(loops !== undefined && { loops }),
    ...(checksums && { checksums }),
    ...(set.length > 0 && {
      set: Object.fromEntries(
        set.map(({ name, spec }) => [name, fieldDocument(rewriteField(name)!, spec, 'all')]),
      ),
    }),
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

/** Streams of a profile have most of their layers in common. */
const written = new WeakMap<LayerSpec, Record<string, unknown>>()

/** A layer as a profile has it. */
export function layerDocument(layer: LayerSpec): Record<string, unknown> {
  const known = written.get(layer) ?? writeLayer(layer)
  written.set(layer, known)
  return known
}

function writeLayer(layer: LayerSpec): Record<string, unknown> {
  const { name, bytes, content, choice } = layer
  if (choice)
    return { choice: choice.map(one => alternativeDocument(one, { layers: one.layers.map(layerDocument) })) }
  if (content) return { [name]: stringDocument(content, 'all') }
  if (bytes) return { [name]: { bytes: Buffer.from(bytes).toString('hex') } }
  const given = membersDocument(headers[name]?.members ?? [], layer)
  return { [name]: Object.keys(given).length === 0 ? null : given }
}

const alternativeDocument = ({ weight, name, frame, signature }: Alternative, content: object) => ({
  weight,
  ...(name !== undefined && { name }),
  ...(frame && { frame: frameDocument(frame) }),
  ...(signature !== undefined && { signature }),
  ...content,
})

const byNameOf = (members: readonly Member[]) => ({
  kinds: new Map(fieldsOf(members).map(field => [field.name, field])),
  known: new Map(listsOf(members).map(list => [list.list, list])),
})
const byName = new WeakMap<readonly Member[], ReturnType<typeof byNameOf>>()

/** The fields of a header, or of an item in a list of it, always in the long form. */
function membersDocument(members: readonly Member[], { fields, lists = {} }: LayerSpec) {
  const names = byName.get(members) ?? byNameOf(members)
  byName.set(members, names)
  const { kinds, known } = names
  return Object.fromEntries([
    ...Object.entries(fields).map(([field, spec]) => [field, fieldDocument(kinds.get(field)!, spec, 'all')]),
    ...Object.entries(lists).map(([list, items]) => [list, listDocument(known.get(list)!, items)]),
  ])
}

function listDocument(list: List, items: readonly LayerSpec[]): unknown {
  const written = items.map(item => itemDocument(list, item))
  return items[0]?.alone ? written[0] : written
}

function itemDocument(list: List, item: LayerSpec): unknown {
  const { items } = list
  const { choice } = item
  if (choice)
    return { choice: choice.map(one => alternativeDocument(one, { use: listDocument(list, one.layers) })) }
  const members = items[item.name]?.fields ?? []
  const alone = item.fields['']
  if (alone) return fieldDocument(fieldsOf(members)[0]!, alone, 'all')
  const content = membersDocument(members, item)
  return item.name === '' ? content : { [item.name]: content }
}
