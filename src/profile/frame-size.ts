import { didYouMean, type Parsed, refuse } from '../units/parsed.js'
import { formatSize, parseSize } from '../units/size.js'

/** With FCS. 64: IEEE 802.3 clause 4.4.2 minFrameSize; 9216: what jumbo-frame switches carry. */
export const minFrame = 64
export const maxFrame = 9216
/** Before it is cut into fragments: an IPv6 packet of 40 + 65,535 bytes in Ethernet, with room for a tag or two. */
export const maxDatagram = 65_600

export type ParseSize = (text: string) => Parsed<number>

export function parseFrameSize(text: string): Parsed<number> {
  const size = parseSize(text)
  if (!size.ok || (size.value >= minFrame && size.value <= maxDatagram)) return size
  const small = size.value < minFrame
  const message = small
    ? `${formatSize(size.value)} is too short for a frame: 64 bytes with FCS is the Ethernet minimum`
    : `${formatSize(size.value)} is too long for a frame: at most ${maxFrame} bytes with FCS, ${maxDatagram} if it is cut`
  return refuse(
    'out-of-range',
    message,
    small ? 'write `64B`; the device is handed 60 bytes and adds the FCS' : 'jumbo frames have 9000B or so',
  )
}

/** Of what stands inside of a frame, which may be as short as it likes. */
export function parsePacketSize(text: string): Parsed<number> {
  const size = parseSize(text)
  if (!size.ok || size.value <= maxDatagram) return size
  const message = `${formatSize(size.value)} does not fit in a frame of ${maxDatagram} bytes`
  return refuse('out-of-range', message, 'leave room for the headers around it')
}

/** `64B-1518B` */
export function parseSizeRange(text: string, parse: ParseSize): Parsed<{ low: number; high: number }> {
  const ends = text.split('-').map(end => end.trim())
  if (ends.length !== 2)
    return refuse('bad-value', `\`${text}\` is not a range of sizes`, 'write `64B-1518B`')
  const [low, high] = [parse(ends[0]!), parse(ends[1]!)]
  if (!low.ok || !high.ok) return low.ok ? (high as typeof low & { ok: false }) : low
  if (low.value <= high.value) return { ok: true, value: { low: low.value, high: high.value } }
  return refuse('reversed-range', 'the range runs backwards', didYouMean(`${ends[1]}-${ends[0]}`))
}
