/** Which checksums of a captured packet are computed, and from what. */
import type { CaptureSpec } from '../../profile/model.js'
import { fold } from '../checksum.js'
import { checksumSites, type Site, siteSum, sitesOf } from '../checksums.js'
import { crc32c } from '../crc32c.js'
import type { PlacedField } from '../layout.js'
import type { ChecksumSite } from '../plan.js'
import type { CapturedLayer, CapturedLayout } from './layout.js'

/** A checksum, and what its sum lacks to be as right, or as wrong, as it was in the capture. */
interface Sum {
  site: Site
  lacking: number
}

type Mode = NonNullable<CaptureSpec['checksums']>

/**
 * Takes the value from the checksum fields that are to be computed, which makes them sites. `frame` is as captured;
 * `given` are the fields that the profile sets.
 */
export function sumsIn(
  layout: CapturedLayout,
  frame: Uint8Array,
  mode: Mode,
  given: readonly PlacedField[],
): Sum[] {
  const kept = new Set<PlacedField>()
  for (const layer of layout.layers) {
    const field = layer.fields.find(({ key }) => key === layer.header.checksum?.field)
    if (!field || given.includes(field) || !isComputed(layer, field, { layout, frame, mode })) continue
    field.spec = undefined
    if (mode === 'keep' || (layout.fragment && layer.header.checksum!.covers === 'segment')) kept.add(field)
  }
  return sitesOf(layout).map(site => ({
    site,
    lacking: kept.has(site.field) && site.rule.kind !== 'crc32c' ? lackingIn(site, frame) : 0,
  }))
}

interface Packet {
  layout: CapturedLayout
  frame: Uint8Array
  mode: Mode
}

/** A UDP checksum of zero says that there is none (RFC 768, for tunnels also RFC 6936). */
function isComputed(layer: CapturedLayer, field: PlacedField, { layout, frame, mode }: Packet): boolean {
  const rule = layer.header.checksum!
  const value = field.spec?.kind === 'literal' ? field.spec.value : 0n
  if (rule.zeroIsAllOnes && value === 0n) return false
  if (rule.kind !== 'crc32c') return true
  // A part of a CRC is none; one that was wrong stays so by itself.
  return !layout.fragment && (mode === 'fix' || value === BigInt(crcOf(layer, field, frame)))
}

function crcOf({ offset, end }: CapturedLayer, { bitOffset }: PlacedField, frame: Uint8Array): number {
  const bytes = frame.slice(offset, end)
  bytes.fill(0, bitOffset / 8 - offset, bitOffset / 8 - offset + 4)
  return crc32c(bytes)
}

/**
 * RFC 1624: a new checksum differs from the old one by what has changed, whatever else it covers. So a fragment's stays
 * as right as it was, and a wrong one as wrong. 0 where it was right: then the sum is what the bytes say.
 */
function lackingIn(site: Site, frame: Uint8Array): number {
  const at = site.field.bitOffset / 8
  const old = frame[at]! * 256 + frame[at + 1]!
  const bytes = frame.slice()
  bytes.fill(0, at, at + 2)
  const sum = siteSum(site, bytes, frame.length)
  return fold(0xffff - old + (0xffff - sum))
}

/** `bytes` as they will be sent, but for zeros where something varies or is computed. */
export function finishedSites(
  layout: CapturedLayout,
  sums: readonly Sum[],
  bytes: Uint8Array,
): ChecksumSite[] {
  const sites = checksumSites(
    layout,
    sums.map(({ site }) => site),
    bytes,
  )
  return sites.map((site, i) => ({ ...site, base: fold(site.base + sums[i]!.lacking) }))
}

/** Where nothing varies, what is to be computed can be written at once. Sites go from the inside out. */
export function writeSums(bytes: Uint8Array, sites: readonly ChecksumSite[]): void {
  const bases = sites.map(({ base }) => base)
  for (const [i, site] of sites.entries()) {
    const value =
      site.kind === 'crc32c' ? crc32c(bytes.subarray(site.start, site.end)) : sumOf(site, bases[i]!)
    const sent = site.bad ? wrong(value) : value
    const view = new DataView(bytes.buffer, bytes.byteOffset + site.offset)
    if (site.kind === 'crc32c') view.setUint32(0, sent)
    else view.setUint16(0, sent)
    for (const { site: outer, high } of site.sums)
      bases[outer] = fold(bases[outer]! + sent * (high ? 256 : 1))
  }
}

const sumOf = ({ zeroIsAllOnes }: ChecksumSite, base: number): number => {
  const sum = 0xffff - fold(base)
  return sum === 0 && zeroIsAllOnes ? 0xffff : sum
}

/** See ChecksumSite in plan.ts. */
const wrong = (value: number): number => ((value ^ 1) >>> 0 === 0 ? 2 : (value ^ 1) >>> 0)
