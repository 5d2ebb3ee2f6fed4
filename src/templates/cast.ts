/** The part of a stream's plan that follows from its layers: what a mould can cast. */
import type { LaidOut, Profile } from '../profile/model.js'
import { checksumSites, type Site, sumsOf } from './checksums.js'
import { beside } from './content.js'
import { fieldPrograms } from './fields.js'
import { fieldKey } from './key.js'
import type { Layout } from './layout.js'
import { staticBytes } from './lengths.js'
import { matchRule } from './match.js'
import type { Cast } from './moulds.js'
import type { Template } from './plan.js'
import { signatureOffset, writeSignature } from './signature.js'
import { padded, type Sizes } from './sizes.js'

interface Parts {
  layout: Layout
  sites: readonly Site[]
  sizes: Sizes
}

export function castOf(
  { seed }: Profile,
  stream: LaidOut,
  id: number,
  { layout, sites, sizes }: Parts,
): Cast {
  const { lengths, sequence, columns } = sizes
  const signature = signatureOffset(layout, stream, lengths)
  const templates = lengths.map((length): Template => {
    const bytes = staticBytes(layout, length)
    if (signature !== null) writeSignature(bytes, signature, id)
    return { bytes: padded(bytes, stream.frame), checksums: checksumSites(layout, sites, bytes) }
  })
  return {
    templates,
    sequence,
    sizeDraw: columns && { key: fieldKey(seed, stream.name, 'frame'), columns },
    fields: fieldPrograms(
      beside(layout, signature === null ? [] : [signature]),
      { seed, stream: stream.name },
      (field, last) => sumsOf(sites, field, last),
    ),
    signature,
    match: stream.rx !== undefined && signature === null ? matchRule(layout, templates[0]!.bytes) : null,
  }
}
