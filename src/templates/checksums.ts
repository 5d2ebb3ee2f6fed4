import type { YamlPath } from '../profile/model.js'
import { fold, sumWords } from './checksum.js'
import { type Diagnostic, error } from './diagnostic.js'
import type { Header } from './header.js'
import { type Layout, type PlacedField, type PlacedLayer, packetEnd } from './layout.js'
import type { ChecksumSite, FieldSum } from './plan.js'

/** A checksum to be finished per packet: a layer that has one and was given no number by the profile. */
export interface Site {
  layer: PlacedLayer
  field: PlacedField
  rule: NonNullable<Header['checksum']>
  /** The addresses of the pseudo-header (RFC 768, RFC 9293, RFC 8200 section 8.1). */
  pseudo: readonly PlacedField[]
}

/** What the native core keeps room for (kMaxSites). */
const mostSites = 8

/** From the inside out: what is finished first counts in the sums around it. */
export function sitesOf(layout: Layout): Site[] {
  return layout.layers.toReversed().flatMap(layer => {
    const rule = layer.header.checksum
    const field = layer.fields.find(candidate => candidate.key === rule?.field)
    if (!rule || !field || field.spec) return []
    return [{ layer, field, rule, pseudo: rule.pseudo ? pseudoAddresses(layer) : [] }]
  })
}

export function checkSites(layout: Layout, path: YamlPath): Diagnostic[] {
  const count = sitesOf(layout).length
  if (count <= mostSites) return []
  const message = `these layers have ${count} checksums to compute; a frame has at most ${mostSites}`
  return [
    error([...path, 'layers'], {
      code: 'too-many-checksums',
      message,
      hint: `give ${count - mostSites} of them a number`,
    }),
  ]
}

/** Those of the IP header below, extension headers aside: a routing header knows the final destination. */
function pseudoAddresses(layer: PlacedLayer): readonly PlacedField[] {
  let final: PlacedField | undefined
  for (let below = layer.below; below; below = below.below) {
    const { fields, scope } = below
    const key = below.header.finalDestination?.(
      scope.context(),
      fields.map(field => field.key),
    )
    final ??= key === undefined ? undefined : below.fields.find(field => field.key === key)
    if (below.header.name !== 'ipv4' && below.header.name !== 'ipv6') continue
    const [src, dst] = ['src', 'dst'].map(name => below.fields.find(({ key }) => key === name)!)
    return [src!, final ?? dst!]
  }
  return []
}

export function checksumSites(layout: Layout, sites: readonly Site[], bytes: Uint8Array): ChecksumSite[] {
  const packetEndsAt = packetEnd(layout, bytes.length)
  return sites.map(site => ({
    kind: site.rule.kind ?? 'sum',
    offset: site.field.bitOffset / 8,
    hidden: false,
    base: site.rule.kind === 'crc32c' ? 0 : siteSum(site, bytes, packetEndsAt),
    zeroIsAllOnes: site.rule.zeroIsAllOnes ?? false,
    bad: site.field.bad,
    start: site.layer.offset,
    end: coveredEnd(site, packetEndsAt),
    sums: sumsOf(sites, site.field, (site.field.bitOffset + site.field.bits) / 8 - 1).filter(
      ({ site: outer }) => sites[outer] !== site,
    ),
  }))
}

/** All that a site sums, folded: what it covers in the packet, and its pseudo-header. */
export const siteSum = (site: Site, bytes: Uint8Array, packetEndsAt: number): number =>
  fold(coveredSum(site, bytes, packetEndsAt) + pseudoSum(site, bytes, packetEndsAt))

const coveredEnd = ({ layer, rule }: Site, end: number): number =>
  rule.covers === 'header' ? layer.offset + layer.bytes : (layer.end ?? end)

const coveredSum = (site: Site, bytes: Uint8Array, packetEndsAt: number): number =>
  sumWords(bytes, site.layer.offset, coveredEnd(site, packetEndsAt))

/** Addresses, protocol and the true length: a wrong length that the profile gave stands in the header only. */
function pseudoSum(site: Site, bytes: Uint8Array, packetEndsAt: number): number {
  const { layer, pseudo } = site
  if (pseudo.length === 0) return 0
  const addresses = pseudo.map(field =>
    sumWords(bytes, field.bitOffset / 8, (field.bitOffset + field.bits) / 8),
  )
  return addresses.reduce(
    (sum, next) => sum + next,
    (layer.header.protocol ?? 0) + coveredEnd(site, packetEndsAt) - layer.offset,
  )
}

/** Which sums a varying field counts in; `lastByte` is the last byte of its container. */
export function sumsOf(sites: readonly Site[], field: PlacedField, lastByte: number): FieldSum[] {
  return sites.flatMap((site, index) => {
    const start = sumStart(site, field)
    return start === null ? [] : [{ site: index, high: (lastByte - start) % 2 === 0 }]
  })
}

/** A byte of the frame at an even offset of the sum, or null where the sum leaves the field out. */
function sumStart({ layer, rule, pseudo }: Site, field: PlacedField): number | null {
  const at = field.bitOffset / 8
  if (rule.kind === 'crc32c') return null
  if (pseudo.includes(field)) return at
  if (at < layer.offset) return null
  return rule.covers === 'segment' || at < layer.offset + layer.bytes ? layer.offset : null
}
