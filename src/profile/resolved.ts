import type { Header } from '../templates/header.js'
import { isOpen, Scope, type Slot } from '../templates/header-table.js'
import { headers } from '../templates/headers/index.js'
import { formatAddress } from '../units/address.js'
import { formatCount } from '../units/count.js'
import { formatDuration } from '../units/duration.js'
import { formatLoad } from '../units/load.js'
import { formatTolerance } from '../units/pacing.js'
import { findDocument } from './find.js'
import { flowText } from './flow-text.js'
import {
  formatField,
  formatFragment,
  formatFrame,
  formatIndices,
  formatPayload,
  formatPick,
  formatShare,
  formatVariable,
} from './format.js'
import { formatLiteral } from './literal.js'
import type { Alternative, CaptureSpec, LayerSpec, Profile, StreamSpec, YamlPath } from './model.js'
import { formatIp, formatPortAddress } from './port-address.js'
import { rewriteField } from './rewrite.js'
import { layerDocument } from './write.js'

/** `default`, `computed`, or who gave it: `profile`, `--set`, with a line as `profile:12`, or the flag or variable. */
export type Origin = string

/** One value of a resolved profile; `path` is what `--set` takes. */
export interface ResolvedRow {
  path: string
  value: string
  origin: Origin
  line?: number
}

/** Its line, where it has one, is a number of its own. */
export function rowOf(path: string, value: string, given: Origin): ResolvedRow {
  const [, origin = given, line] = /^(.+):(\d+)$/.exec(given) ?? []
  return { path, value, origin, ...(line !== undefined && { line: Number(line) }) }
}

type OriginOf = (path: YamlPath) => Origin

/** Every value of the profile, and who gave it. */
export function resolvedRows(profile: Profile, originOf: OriginOf): ResolvedRow[] {
  return rowsOf(profile, originOf).map(({ path, value, origin }) => rowOf(path, value, origin))
}

function rowsOf(profile: Profile, originOf: OriginOf): ResolvedRow[] {
  const row = (path: YamlPath, value: unknown): ResolvedRow[] =>
    value === undefined ? [] : [{ path: path.join('.'), value: String(value), origin: originOf(path) }]
  const { durationNs, rate, mix, pacing, latencySample, cores, safety } = profile
  return [
    ...row(['version'], profile.version),
    ...row(['name'], profile.name),
    ...row(['description'], profile.description),
    ...row(['seed'], profile.seed),
    ...portRows(profile, originOf),
    ...row(['duration'], durationNs === undefined ? undefined : formatDuration(durationNs)),
    ...row(['rate'], rate && formatLoad(rate)),
    ...row(['mix', 'run_length'], mix?.runLength),
    ...row(['pacing', 'late'], pacing.late),
    ...row(['pacing', 'after'], formatDuration(pacing.afterNs)),
    ...row(['pacing', 'catch_up'], pacing.catchUp),
    ...row(['pacing', 'burst'], pacing.burst),
    ...row(['pacing', 'tolerance'], formatTolerance(pacing.tolerance)),
    ...row(['latency', 'sample'], latencySample),
    ...row(['cores'], cores?.join(',')),
    ...variableRows([], profile, originOf),
    ...row(['account'], profile.account && `[${profile.account.join(', ')}]`),
    ...profile.streams.flatMap((stream, i) => streamRows(stream, i, originOf)),
    ...profile.expect.flatMap(({ path, text }) => row(path, text)),
    ...Object.entries(profile.find ? findDocument(profile.find) : {}).flatMap(([key, value]) =>
      row(['find', key], flowText(value)),
    ),
    ...row(['safety', 'allow'], `[${safety.allow.join(', ')}]`),
    ...row(['safety', 'interfaces'], `[${safety.interfaces.join(', ')}]`),
    ...row(['safety', 'lab'], safety.lab),
  ]
}

/** A short form (`a: loop:lab`, `queues: 2`) gives what its long form would. */
function portRows({ ports }: Profile, originOf: OriginOf): ResolvedRow[] {
  return ports.flatMap(({ name, uri, txQueues, rxQueues, args, addresses, gateways, mac }) => {
    const port = ['ports', name]
    const queues = [...port, 'queues']
    const long = ['tx', 'rx'].some(key => originOf([...queues, key]) !== 'default')
    const row = (keys: string[], value: string, short: YamlPath = port): ResolvedRow => {
      const path = [...port, ...keys]
      const origin = originOf(path)
      return { path: path.join('.'), value, origin: origin === 'default' ? originOf(short) : origin }
    }
    return [
      row(['uri'], uri),
      row(['queues', 'tx'], String(txQueues), long ? [...queues, 'tx'] : queues),
      row(['queues', 'rx'], String(rxQueues), long ? [...queues, 'rx'] : queues),
      row(['args'], `[${args.join(', ')}]`, [...port, 'args']),
      ...(addresses ? [row(['address'], `[${addresses.map(formatPortAddress).join(', ')}]`)] : []),
      ...(gateways ? [row(['gateway'], `[${gateways.map(formatIp).join(', ')}]`)] : []),
      ...(mac === undefined ? [] : [row(['mac'], formatAddress('mac', mac))]),
    ]
  })
}

function streamRows(stream: StreamSpec, index: number, originOf: OriginOf): ResolvedRow[] {
  const row = (key: string, value: string | undefined, inFile: YamlPath = [key]): ResolvedRow[] =>
    value === undefined
      ? []
      : [{ path: `streams.${stream.name}.${key}`, value, origin: originOf(['streams', index, ...inFile]) }]
  return [
    ...(stream.frame.kind === 'captured' ? [] : row('frame', formatFrame(stream.frame))),
    ...fragmentRows(stream, index, originOf),
    ...(stream.capture ? captureRows(stream.capture, row) : []),
    ...row('rate', isOwnRate(stream) ? formatLoad(stream.rate) : undefined),
    ...row('share', stream.share === undefined ? undefined : formatShare(stream.share)),
    ...row('count', stream.count === undefined ? undefined : formatCount(stream.count)),
    ...row('start', stream.startNs === undefined ? undefined : formatDuration(stream.startNs)),
    ...row('for', stream.forNs === undefined ? undefined : formatDuration(stream.forNs)),
    ...row('after', stream.after && `[${stream.after.join(', ')}]`),
    ...row('account', stream.accountShared ? undefined : stream.account && `[${stream.account.join(', ')}]`),
    ...row('tx', stream.tx),
    ...row('rx', stream.rx),
    ...row('signature', String(stream.signature)),
    ...variableRows(['streams', index], stream, originOf),
    ...layersRows(stream.layers, {
      path: `streams.${stream.name}.layers`,
      inFile: ['streams', index, 'layers'],
      after: [],
      originOf,
    }),
  ]
}

const isOwnRate = ({ share, capture }: StreamSpec): boolean =>
  share === undefined && capture?.speed === undefined

function captureRows(
  { file, only, speed, loops, checksums, set }: CaptureSpec,
  row: (key: string, value: string | undefined, inFile?: YamlPath) => ResolvedRow[],
): ResolvedRow[] {
  return [
    ...row('pcap', file),
    ...row('only', only && `[${only.map(formatIndices).join(', ')}]`),
    ...row('timing', speed === undefined ? undefined : speed === 1 ? 'original' : `{speed: ${speed}}`),
    ...row('loops', loops === undefined ? undefined : formatCount(loops)),
    ...row('checksums', checksums),
    ...set.flatMap(({ name, spec, path }) =>
      row(`set.${name}`, formatField(rewriteField(name)!, spec), ['set', ...path]),
    ),
  ]
}

function fragmentRows({ name, fragment }: StreamSpec, index: number, originOf: OriginOf): ResolvedRow[] {
  if (!fragment) return []
  return Object.entries(formatFragment(fragment)).map(([key, value]) => ({
    path: `streams.${name}.fragment.${key}`,
    value,
    origin: originOf(['streams', index, 'fragment', key]),
  }))
}

/** Of the profile (no path) or of one stream. */
function variableRows(
  inFile: YamlPath,
  { name, vars = {}, pick = {} }: Pick<StreamSpec, 'name' | 'vars' | 'pick'>,
  originOf: OriginOf,
): ResolvedRow[] {
  const path = inFile.length === 0 ? '' : `streams.${name}.`
  const rows = (key: 'vars' | 'pick', texts: readonly (readonly [string, string])[]) =>
    texts.map(([variable, value]) => ({
      path: `${path}${key}.${variable}`,
      value,
      origin: originOf([...inFile, key, variable]),
    }))
  return [
    ...rows(
      'vars',
      Object.entries(vars).map(([variable, spec]) => [variable, formatVariable(spec)] as const),
    ),
    ...rows(
      'pick',
      Object.entries(pick).map(([variable, how]) => [variable, formatPick(how)] as const),
    ),
  ]
}

/** Where rows stand, as `--set` and as the file have it. */
interface Place {
  path: string
  inFile: YamlPath
  /** Names of the layers that may follow; a choice leaves several open. */
  after: readonly (string | undefined)[]
  originOf: OriginOf
}

/** `path` and `inFile` are those of the list. */
function layersRows(layers: readonly LayerSpec[], place: Place): ResolvedRow[] {
  return layers.flatMap((layer, i) => {
    const alone = layers.filter(other => other.name === layer.name).length === 1
    const path = `${place.path}.${alone ? '' : `${i}.`}${layer.name}`
    const inFile = [...place.inFile, i, layer.name]
    const here = { ...place, path, inFile, after: firstOf(layers.slice(i + 1), place.after) }
    return layer.choice ? choiceRows(layer.choice, here) : layerRows(layer, here)
  })
}

/** What can come first of these layers, or behind them. */
function firstOf([layer, ...rest]: readonly LayerSpec[], after: Place['after']): Place['after'] {
  if (!layer) return after.length > 0 ? after : [undefined]
  if (!layer.choice) return [layer.name]
  return [...new Set(layer.choice.flatMap(({ layers }) => firstOf([...layers, ...rest], after)))]
}

function choiceRows(choice: readonly Alternative[], place: Place): ResolvedRow[] {
  return choice.flatMap(({ weight, name, layers, frame, signature }, k) => {
    const path = `${place.path}.${name ?? k}`
    const inFile = [...place.inFile, k]
    const row = (key: string, value: string | undefined): ResolvedRow[] =>
      value === undefined ? [] : [{ path: `${path}.${key}`, value, origin: place.originOf([...inFile, key]) }]
    return [
      ...row('weight', String(weight)),
      ...row('frame', frame && formatFrame(frame)),
      ...row('signature', signature === undefined ? undefined : String(signature)),
      ...layersRows(layers, { ...place, path: `${path}.layers`, inFile: [...inFile, 'layers'] }),
    ]
  })
}

function layerRows(layer: LayerSpec, { path, inFile, after, originOf }: Place): ResolvedRow[] {
  const payload = formatPayload(layer)
  if (payload !== undefined) return [{ path, value: payload, origin: originOf(inFile) }]
  const header = headers[layer.name]
  if (!header) return []
  const links = after.map(next => headers[next ?? '']?.on[layer.name] ?? {})
  const open = links.length > 1 ? links.flatMap(Object.keys) : []
  const lists = Object.entries(layer.lists ?? {}).filter(([list, items]) =>
    isOpen({ ...layer, lists: { [list]: items } }),
  )
  const fixed = {
    ...layer,
    lists: { ...layer.lists, ...Object.fromEntries(lists.map(([list]) => [list, []])) },
  }
  const { slots } = new Scope(header.members, fixed, links.length > 1 ? {} : links[0]!, inFile)
  const rows = slots.map((slot): ResolvedRow => {
    const { value, origin } = fieldValue(header, slot, open)
    // `{mss: 1460}` gives what its long form would.
    const short = originOf(slot.path) === 'default' ? originOf(slot.path.slice(0, -1)) : originOf(slot.path)
    const given = slot.scope.spec.fields[slot.field.name] !== undefined
    return { path: `${path}.${slot.key}`, value, origin: origin ?? (given ? short : 'default') }
  })
  return [...rows, ...lists.map(([list]) => openRow(layer, list, path, originOf([...inFile, list])))]
}

/** A list with alternatives has no one layout: it is shown as it could be written. */
function openRow(layer: LayerSpec, list: string, path: string, origin: Origin): ResolvedRow {
  const written = (layerDocument(layer)[layer.name] as Record<string, unknown>)[list]
  return { path: `${path}.${list}`, value: flowText(written), origin }
}

/** A field that the profile leaves out is computed, set by the layer above, or has its default. */
function fieldValue(
  header: Header,
  { key, field, linked, scope }: Slot,
  open: readonly string[],
): { value: string; origin?: Origin } {
  const given = scope.spec.fields[field.name]
  if (given) return { value: formatField(field, given) }
  if (linked !== undefined) return { value: formatLiteral(field, linked), origin: 'computed' }
  if (open.includes(key) || typeof field.default === 'function' || header.checksum?.field === key)
    return { value: 'computed', origin: 'computed' }
  return { value: formatLiteral(field, field.default), origin: 'default' }
}

/** Three aligned columns: path, value, origin. */
export function formatRows(rows: readonly ResolvedRow[]): string {
  const width = (column: 'path' | 'value', limit: number) =>
    Math.min(limit, Math.max(0, ...rows.map(row => row[column].length)))
  const [path, value] = [width('path', 60), width('value', 40)]
  return rows
    .map(
      row =>
        `${row.path.padEnd(path)}  ${row.value.padEnd(value)}  ${row.origin}${row.line === undefined ? '' : `:${row.line}`}\n`,
    )
    .join('')
}
