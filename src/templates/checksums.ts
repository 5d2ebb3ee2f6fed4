import { fold, sumWords } from './checksum.js'
import type { Layout, PlacedField, PlacedLayer } from './layout.js'
import type { ChecksumSite, FieldSum } from './plan.js'

/** A checksum to be finished per packet: a layer that has one and was given none by the profile. */
interface Site {
  layer: PlacedLayer
  offset: number
  covers: 'header' | 'segment'
  /** The addresses of the pseudo-header (RFC 768, RFC 9293, RFC 8200 section 8.1). */
  pseudo: readonly PlacedField[]
  zeroIsAllOnes: boolean
}

export function sitesOf(layout: Layout): Site[] {
  return layout.layers.flatMap(layer => {
    const rule = layer.header.checksum
    const field = layer.fields.find(candidate => candidate.field.name === rule?.field)
    if (!rule || !field || field.spec) return []
    const addresses = layer.below?.fields.filter(({ field: { type } }) => type === 'ipv4' || type === 'ipv6')
    return [
      {
        layer,
        offset: field.bitOffset / 8,
        covers: rule.covers,
        pseudo: rule.pseudo ? (addresses ?? []) : [],
        zeroIsAllOnes: rule.zeroIsAllOnes ?? false,
      },
    ]
  })
}

export function checksumSites(sites: readonly Site[], bytes: Uint8Array): ChecksumSite[] {
  return sites.map(site => ({
    offset: site.offset,
    base: fold(coveredSum(site, bytes) + pseudoSum(site, bytes)),
    zeroIsAllOnes: site.zeroIsAllOnes,
  }))
}

function coveredSum({ layer, covers }: Site, bytes: Uint8Array): number {
  return sumWords(bytes, layer.offset, covers === 'header' ? layer.offset + layer.bytes : bytes.length)
}

/** Addresses, protocol and the true length: a wrong length that the profile gave stands in the header only. */
function pseudoSum({ layer, pseudo }: Site, bytes: Uint8Array): number {
  if (pseudo.length === 0) return 0
  const addresses = pseudo.map(field =>
    sumWords(bytes, field.bitOffset / 8, (field.bitOffset + field.bits) / 8),
  )
  return addresses.reduce(
    (sum, next) => sum + next,
    (layer.header.protocol ?? 0) + bytes.length - layer.offset,
  )
}

/** Which checksums a varying field counts in; `lastByte` is the last byte of its container. */
export function sumsOf(sites: readonly Site[], field: PlacedField, lastByte: number): FieldSum[] {
  return sites.flatMap((site, index) => {
    const start = sumStart(site, field)
    return start === null ? [] : [{ site: index, high: (lastByte - start) % 2 === 0 }]
  })
}

/** A byte of the frame at an even offset of the sum, or null where the sum leaves the field out. */
function sumStart({ layer, covers, pseudo }: Site, field: PlacedField): number | null {
  const at = field.bitOffset / 8
  if (pseudo.includes(field)) return at
  if (at < layer.offset) return null
  return covers === 'segment' || at < layer.offset + layer.bytes ? layer.offset : null
}
