import type { CaptureSpec, Profile, StreamSpec, YamlPath } from '../../profile/model.js'
import { container, ones, writeBits } from '../bits.js'
import { type Site, sumsOf } from '../checksums.js'
import { type Diagnostic, error } from '../diagnostic.js'
import { checkWidth, programParts, varyingParts } from '../fields.js'
import { extremes } from '../header-table.js'
import { type PlacedField, partsOf, piecesOf } from '../layout.js'
import { link } from '../link.js'
import { slotSpec } from '../pieces.js'
import type { Template } from '../plan.js'
import { signatureOffset, writeSignature } from '../signature.js'
import { checkParts } from '../stacking.js'
import { type CapturedLayout, layoutOf } from './layout.js'
import { finishedSites, sumsIn, writeSums } from './sums.js'

/** The stream that a capture is sent as. */
export interface Use {
  profile: Profile
  stream: StreamSpec
  capture: CaptureSpec
  path: YamlPath
}

/** A packet as it is to be sent. */
export interface Draft {
  template: Template
  layout: CapturedLayout
  /** The checksums that are finished per packet. */
  sites: readonly Site[]
  signature: number | null
  /** Packets with the same key have their varying fields, their checksums and their signature at the same places. */
  key: string
  diagnostics: readonly Diagnostic[]
  /** Indices into the capture's `set`. */
  applied: readonly number[]
}

export function draft(use: Use, frame: Uint8Array): Draft {
  const { capture, path } = use
  const layout = layoutOf(frame, [...path, 'pcap'])
  const { fields, applied } = apply(layout, use)
  const diagnostics = fields.length === 0 ? [] : checkFields(use, layout, fields)
  const signature = signatureOffset(layout, use.stream, [frame.length])
  const touched = fields.length > 0 || signature !== null
  const mode =
    capture.checksums === 'keep' && !touched
      ? undefined
      : (capture.checksums ?? (touched ? 'fix' : undefined))
  const sums = mode ? sumsIn(layout, frame, mode, fields) : []
  const bytes = touched || sums.length > 0 ? frame.slice() : frame
  for (const field of [...fields, ...sums.map(({ site }) => site.field)]) writeField(bytes, field)
  if (signature !== null) writeSignature(bytes, signature, 0)
  const checksums = finishedSites(layout, sums, bytes)
  const varying = fields.filter(isVarying)
  const found = { layout, signature, diagnostics, applied }
  if (varying.length === 0 && signature === null) {
    writeSums(bytes, checksums)
    return { ...found, template: { bytes, checksums: [] }, sites: [], key: '' }
  }
  const sites = sums.map(({ site }) => site)
  return { ...found, template: { bytes, checksums }, sites, key: keyOf(varying, sites, signature) }
}

/** Puts what `set` says in its place. */
function apply(layout: CapturedLayout, { capture, path }: Use): { fields: PlacedField[]; applied: number[] } {
  const fields: PlacedField[] = []
  const applied: number[] = []
  if (capture.set.length === 0) return { fields, applied }
  const all = layout.layers.flatMap(layer => layer.fields)
  for (const [index, { name, spec, path: below }] of capture.set.entries()) {
    const field = all.find(one => one.name === name)
    if (!field || spec.kind === 'bytes') continue
    field.spec = slotSpec({ ...field.field, bits: field.bits }, spec)
    field.parts = partsOf({ ...field, path: [...path, 'set', ...below] })
    field.bad = spec.kind === 'checksum' && spec.mode === 'bad'
    field.path = [...path, 'set', ...below]
    fields.push(field)
    applied.push(index)
  }
  return { fields, applied }
}

function checkFields({ profile, stream }: Use, layout: CapturedLayout, fields: readonly PlacedField[]) {
  const links = link(profile, stream, layout)
  const wide = fields.flatMap(field => {
    if (field.spec?.kind === 'parts') return checkParts(field, field.spec, field.path)
    const outside = field.spec && extremes(field.spec).find(value => value > ones(field.bits))
    if (outside === undefined) return []
    const message = `${field.name} has ${field.bits} bits in this capture, too few for ${outside}`
    return [error(field.path, { code: 'out-of-range', message })]
  })
  return [...links, ...wide, ...fields.flatMap(piecesOf).flatMap(checkWidth)]
}

const isVarying = (field: PlacedField): boolean =>
  piecesOf(field).some(piece => varyingParts(piece).length > 0)

/** Zero where it varies, or is computed. */
function writeField(bytes: Uint8Array, field: PlacedField): void {
  const parts = piecesOf(field).flatMap(programParts)
  if (!field.spec) writeBits(bytes, field, 0n)
  for (const part of parts) writeBits(bytes, part, part.spec.kind === 'literal' ? part.spec.value : 0n)
}

/** What the field programs of a stream say of places, and what its templates must have in common. */
function keyOf(fields: readonly PlacedField[], sites: readonly Site[], signature: number | null): string {
  const place = (field: PlacedField) => {
    const { offset, length } = container(field)
    return [field.name, field.bitOffset, field.bits, sumsOf(sites, field, offset + length - 1)]
  }
  const kinds = sites.map(({ rule, field }) => [
    rule.kind,
    rule.zeroIsAllOnes,
    field.bad,
    ...place(field).slice(2),
  ])
  return JSON.stringify([signature, fields.map(place), kinds])
}
