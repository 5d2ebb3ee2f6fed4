/** `dst: resolve`: whom a stream's frames go to, as far as the profile can say it. The MAC address is asked for when a run starts. */
import type { LaidOut, PortAddress, PortSpec, Profile, YamlPath } from '../profile/model.js'
import { addressBits, formatAddress } from '../units/address.js'
import type { Range } from '../units/ranges.js'
import { type Diagnostic, error } from './diagnostic.js'
import type { Layout, PlacedField, PlacedLayer } from './layout.js'
import type { Neighbour, Tag } from './plan.js'
import { targetsOf } from './targets.js'

type Found = { neighbour?: Neighbour; diagnostics: readonly Diagnostic[] }
type Family = PortAddress['kind']

const nothing: Found = { diagnostics: [] }

export function neighbourOf(profile: Profile, stream: LaidOut, layout: Layout, path: YamlPath): Found {
  const [first, ...above] = layout.layers
  const asking = layout.layers.flatMap(layer => layer.fields).filter(isResolve)
  const dst = asking.find(field => field.name === 'ethernet.dst' && first?.fields.includes(field))
  const [stray] = asking.filter(field => field !== dst)
  if (stray)
    return wrong(
      stray.path,
      'resolve-place',
      'only `dst` of the outermost ethernet is resolved',
      'write the address',
    )
  if (!dst) return nothing
  const port = profile.ports.find(({ name }) => name === stream.tx)
  const tags = tagsOf(above)
  if (!tags)
    return wrong(
      dst.path,
      'resolve-vlan',
      'the VLAN varies from packet to packet, and a neighbour is asked for in one',
      'give the VLAN one `id`, or `dst` an address',
    )
  const hop = nextHop(port, above[tags.length], dst.path)
  if ('diagnostics' in hop) return hop
  const setsSource = !('src' in (stream.layers[0]?.fields ?? {}))
  return { neighbour: { ...hop, tags, setsSource, path }, diagnostics: [] }
}

const isResolve = ({ spec }: PlacedField): boolean => spec?.kind === 'literal' && spec.resolve === true

/** null: one of them varies. */
function tagsOf(layers: readonly PlacedLayer[]): Tag[] | null {
  const end = layers.findIndex(({ header }) => header.name !== 'vlan' && header.name !== 'svlan')
  const tags = layers.slice(0, end < 0 ? undefined : end).map(({ header, fields }) => {
    const id = fields.find(({ field }) => field.name === 'id')
    const value = id?.spec ? literalOf(id) : defaultOf(id)
    return value === null ? null : { header: header.name as Tag['header'], id: Number(value) }
  })
  return tags.every(tag => tag !== null) ? tags : null
}

const literalOf = ({ spec }: PlacedField): bigint | null => (spec?.kind === 'literal' ? spec.value : null)

const defaultOf = (field: PlacedField | undefined): bigint =>
  typeof field?.field.default === 'bigint' ? field.field.default : 0n

/** As a host decides it (RFC 1122 section 3.3.1): a neighbour itself, or the gateway. What is no IP goes to the gateway. */
function nextHop(
  port: PortSpec | undefined,
  ip: PlacedLayer | undefined,
  path: YamlPath,
): Pick<Neighbour, 'kind' | 'address' | 'from'> | Found {
  const family = ip?.header.name
  const kinds: Family[] = family === 'ipv4' || family === 'ipv6' ? [family] : ['ipv4', 'ipv6']
  const own = port?.addresses?.find(({ kind }) => kinds.includes(kind))
  if (!own) return noAddress(port, kinds, path)
  const targets = kinds.length === 1 ? destinations(ip!) : []
  const network = networkOf(own)
  const near = targets.filter(({ low, high }) => low <= network.high && high >= network.low)
  const [only] = targets
  if (near.length > 0) {
    if (targets.length === 1 && only!.low === only!.high)
      return { kind: own.kind, address: only!.low, from: own.address }
    const text = `${formatAddress(own.kind, network.low)}/${own.length}`
    return wrong(
      path,
      'resolve-many',
      `the destinations are several, and some are in ${text}: each would be a neighbour of its own`,
      `send to one of them, or give \`${port!.name}\` a longer network than /${own.length}`,
    )
  }
  const gateway = port!.gateways?.find(({ kind }) => kind === own.kind)
  if (gateway) return { kind: own.kind, address: gateway.address, from: own.address }
  return wrong(
    path,
    'no-gateway',
    `what the stream sends to lies outside of the network of \`${port!.name}\`, which has no gateway`,
    `write \`gateway: ADDRESS\` to the port \`${port!.name}\``,
  )
}

function noAddress(port: PortSpec | undefined, kinds: readonly Family[], path: YamlPath): Found {
  const name = port?.name ?? '?'
  const what = kinds.length === 1 ? (kinds[0] === 'ipv4' ? 'IPv4 address' : 'IPv6 address') : 'address'
  const example = kinds[0] === 'ipv6' ? '2001:2::2/64' : '198.18.0.2/24'
  return wrong(
    path,
    'no-port-address',
    `the port \`${name}\` has no ${what} in whose name to ask for its neighbour`,
    `write \`${name}: {uri: ${port?.uri ?? 'BACKEND:DEVICE'}, address: ${example}}\``,
  )
}

function destinations(ip: PlacedLayer): readonly Range[] {
  const dst = ip.fields.find(({ field }) => field.name === 'dst')
  if (!dst) return []
  const given = targetsOf(dst)
  return given.length > 0 ? given : [{ low: defaultOf(dst), high: defaultOf(dst) }]
}

function networkOf({ kind, address, length }: PortAddress): Range {
  const host = (1n << BigInt(addressBits[kind] - length)) - 1n
  return { low: address & ~host, high: address | host }
}

const wrong = (path: YamlPath, code: string, message: string, hint: string): Found => ({
  diagnostics: [error(path, { code, message, hint })],
})
