import type { FragmentSpec, StreamSpec, YamlPath } from '../../profile/model.js'
import { sitesOf } from '../checksums.js'
import { type Diagnostic, error, warning } from '../diagnostic.js'
import type { Layout, PlacedField } from '../layout.js'
import { FCS_BYTES } from '../rate.js'
import type { Sizes } from '../sizes.js'
import type { Cut } from './cuts.js'
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
  const { mtu, fault } = cutting
  const { seam } = datagram
  const headers = seam.head - seam.ip
  const least = fault === 'overlap' ? 16 : 8
  if (roomOf(seam, mtu) < least) {
    const message = `with an MTU of ${mtu}, too little data fits behind ${headers} bytes of headers`
    return [error([...path, 'mtu'], { code: 'mtu-too-small', message, hint: `${headers + least} or more` })]
  }
  const whole = fault === 'missing_first' || fault === 'missing_last' ? 'none' : fault
  const cuts = cutsFor(datagram, { ...cutting, fault: whole })
  if (cuts.length > 1) return [...checkLength(datagram, cuts, path), ...checkSums(datagram, cuts, path)]
  return fault === 'none' ? checkLength(datagram, cuts, path) : [notCut(cutting, seam.ip + mtu, path)]
}

/** What the devices take, without the FCS. */
const maxFrame = 9212

function checkLength({ seam }: Datagram, cuts: readonly Cut[], path: YamlPath): Diagnostic[] {
  const longest = seam.head + Math.max(...cuts.map(({ from, to }) => to - from))
  if (longest <= maxFrame) return []
  const message = `a fragment of ${longest + FCS_BYTES} bytes is too long for a frame`
  const hint = `an MTU of ${maxFrame - seam.ip} or less`
  return [error([...path, 'mtu'], { code: 'out-of-range', message, hint })]
}

function notCut({ length, mtu, fault }: Cutting, longest: number, path: YamlPath): Diagnostic {
  const message = `${fault} needs two fragments, and a frame of ${length + FCS_BYTES} bytes fits in the MTU of ${mtu}`
  const hint = `frames of more than ${longest + FCS_BYTES} bytes are cut`
  return error([...path, 'fault'], { code: 'not-cut', message, hint })
}

/** A checksum is in one fragment; a CRC needs all bytes at once. */
function checkSums({ layout, seam }: Datagram, cuts: readonly Cut[], path: YamlPath): Diagnostic[] {
  const begins = cuts.map(({ from }) => seam.head + from)
  return sitesOf(layout).flatMap(({ field, rule, layer }) => {
    const at = field.bitOffset / 8
    if (at < seam.head) return []
    if (rule.kind === 'crc32c') {
      const message = `the CRC32c of ${layer.name} is over all fragments, of which a frame holds one`
      return [error(path, { code: 'crc-cut', message, hint: 'give it a number, or another protocol' })]
    }
    if (!begins.includes(at + 1)) return []
    const message = `the cut goes through the checksum of ${layer.name}`
    return [error(path, { code: 'checksum-cut', message, hint: 'another MTU, or headers of even length' })]
  })
}
