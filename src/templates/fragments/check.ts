import type { FragmentSpec, StreamSpec, YamlPath } from '../../profile/model.js'
import { sitesOf } from '../checksums.js'
import { type Diagnostic, error, warning } from '../diagnostic.js'
import type { Layout, PlacedField } from '../layout.js'
import { FCS_BYTES } from '../rate.js'
import type { Sizes } from '../sizes.js'
import { type Cutting, cutsFor, type Datagram, roomOf } from './datagram.js'
import type { DatagramFor } from './kind.js'
import { outermostIp } from './seam.js'
import { combinations, MAX_TRAINS } from './trains.js'

/** What makes a stream impossible to cut, whatever its sizes. */
export function checkCut(stream: StreamSpec, layout: Layout, path: YamlPath): Diagnostic[] {
  const here = [...path, 'fragment']
  const ip = layout.layers[outermostIp(stream.layers)]
  if (!ip) {
    const message = 'only IP datagrams can be cut, and this stream has neither ipv4 nor ipv6'
    return [
      error(here, { code: 'nothing-to-cut', message, hint: 'add such a layer, or leave `fragment` out' }),
    ]
  }
  const trains = combinations(stream.fragment!)
  const tooMany = { code: 'too-many-trains', hint: 'smaller weights, or fewer of them' }
  const message = `the weights of mtu, order and fault multiply to ${trains} trains; at most ${MAX_TRAINS} are possible`
  return [
    ...(trains > MAX_TRAINS ? [error(here, { ...tooMany, message })] : []),
    ...layout.layers.flatMap(({ fields }) => fields.filter(isDecided(ip.name)).map(decided)),
    ...checkIdentity(ip.fields),
  ]
}

/** What differs between the fragments of a datagram is not the profile's to give. */
const isDecided = (ip: string) => {
  const names =
    ip === 'ipv4' ? ['ipv4.flags', 'ipv4.fragment_offset'] : ['fragment.fragment_offset', 'fragment.more']
  return ({ name, spec }: PlacedField) => spec !== undefined && names.includes(name)
}

const decided = ({ name, path }: PlacedField): Diagnostic =>
  error(path, { code: 'cut-decides', message: `${name} follows from the cut`, hint: 'leave it out' })

function checkIdentity(fields: readonly PlacedField[]): Diagnostic[] {
  const named = (key: string) => fields.find(field => field.key === key)
  const constant = (field: PlacedField | undefined) => !field?.spec || field.spec.kind === 'literal'
  const id = named('id')
  if (!id?.spec || !constant(id) || !constant(named('src')) || !constant(named('dst'))) return []
  const message = 'all datagrams have the same identification: their fragments are mixed up'
  return [
    warning(id.path, {
      code: 'same-identification',
      message,
      hint: 'leave it out: no two in flight have the same',
    }),
  ]
}

/** What a cut of these sizes cannot do; of each mistake, the first. */
export function checkTrains(
  stream: StreamSpec,
  datagramFor: DatagramFor,
  sizes: Sizes,
  path: YamlPath,
): Diagnostic[] {
  const here = [...path, 'fragment']
  if (sizes.columns !== null) {
    const message = 'trains come in an exact order, and these sizes at random'
    const hint = '`imix` takes weights, too; `inc` or `list` have sizes in turn'
    return [error([...path, 'frame'], { code: 'sizes-at-random', message, hint })]
  }
  const cuttings = cuttingsOf(stream.fragment!, sizes)
  const found = cuttings.flatMap(cutting => {
    const { length, mtu, fault } = cutting
    return checkCutting(datagramFor(length, mtu, fault), cutting, here)
  })
  const codes = found.map(({ code }) => code)
  return found.filter(({ code }, i) => codes.indexOf(code) === i)
}

const cuttingsOf = ({ mtu, fault }: FragmentSpec, { lengths }: Sizes): Cutting[] =>
  lengths.flatMap(length => mtu.flatMap(m => fault.map(f => ({ length, mtu: m.value, fault: f.value }))))

function checkCutting(datagram: Datagram, cutting: Cutting, path: YamlPath): Diagnostic[] {
  const { mtu, fault, length } = cutting
  const { seam } = datagram
  const least = seam.head - seam.ip + (fault === 'overlap' ? 16 : 8)
  if (roomOf(seam, mtu) < least - (seam.head - seam.ip)) {
    const message = `with an MTU of ${mtu} no data fits behind ${seam.head - seam.ip} bytes of headers`
    return [error([...path, 'mtu'], { code: 'mtu-too-small', message, hint: `${least} or more` })]
  }
  const cuts = cutsFor(datagram, { ...cutting, fault: fault.startsWith('missing') ? 'none' : fault })
  if (cuts.length < 2 && fault !== 'none') return [notCut(cutting, seam.ip + mtu, path)]
  const longest = seam.head + Math.max(...cuts.map(({ from, to }) => to - from))
  if (longest > maxFrame) {
    const message = `a fragment of ${longest + FCS_BYTES} bytes is too long for a frame`
    return [
      error([...path, 'mtu'], {
        code: 'out-of-range',
        message,
        hint: `an MTU of ${maxFrame - seam.ip} or less`,
      }),
    ]
  }
  return cuts.length > 1
    ? checkSums(
        datagram,
        cuts.map(({ from }) => seam.head + from),
        length,
      )
    : []
}

/** 9216 bytes with the FCS, as everywhere. */
const maxFrame = 9212

function notCut({ length, mtu, fault }: Cutting, longest: number, path: YamlPath): Diagnostic {
  const message = `${fault} needs two fragments, and a frame of ${length + FCS_BYTES} bytes fits in the MTU of ${mtu}`
  return error([...path, 'fault'], {
    code: 'not-cut',
    message,
    hint: `frames of more than ${longest + FCS_BYTES} bytes are cut`,
  })
}

/** A checksum is in one fragment; a CRC needs all bytes at once. */
function checkSums({ layout, seam }: Datagram, cuts: readonly number[], length: number): Diagnostic[] {
  return sitesOf(layout).flatMap(({ field, rule, layer }) => {
    const at = field.bitOffset / 8
    if (at < seam.head || layer.offset > length) return []
    if (rule.kind === 'crc32c') {
      const message = `the CRC32c of ${layer.name} is over all fragments, of which a frame holds one`
      return [error(field.path, { code: 'crc-cut', message, hint: 'give it a number, or another protocol' })]
    }
    if (!cuts.includes(at + 1)) return []
    const message = `the cut goes through the checksum of ${layer.name}`
    return [
      error(field.path, { code: 'checksum-cut', message, hint: 'another MTU, or headers of even length' }),
    ]
  })
}
