/** Puts fragments together from the words of RFC 791 and RFC 8200 alone: the oracle of what cuts them. */

interface Fragment {
  offset: number
  more: boolean
  data: Uint8Array
}

/** Of a frame behind an Ethernet header. The data has no padding. */
function parse(frame: Uint8Array, ip: number): Fragment {
  const view = new DataView(frame.buffer, frame.byteOffset)
  if (frame[ip]! >> 4 === 4) {
    const place = view.getUint16(ip + 6)
    const data = frame.subarray(ip + (frame[ip]! & 15) * 4, ip + view.getUint16(ip + 2))
    return { offset: (place & 0x1fff) * 8, more: (place & 0x2000) !== 0, data }
  }
  const end = ip + 40 + view.getUint16(ip + 4)
  const at = fragmentHeader(frame, ip)
  if (at === undefined) return { offset: 0, more: false, data: frame.subarray(ip + 40, end) }
  const place = view.getUint16(at.header + 2)
  return { offset: place & 0xfff8, more: (place & 1) !== 0, data: frame.subarray(at.header + 8, end) }
}

/** Where the next-header byte that names it stands, and the header itself. */
function fragmentHeader(frame: Uint8Array, ip: number): { names: number; header: number } | undefined {
  let names = ip + 6
  let header = ip + 40
  while ([0, 43, 60].includes(frame[names]!)) {
    names = header
    header += 8 * (frame[header + 1]! + 1)
  }
  return frame[names] === 44 ? { names, header } : undefined
}

/** The frame that was cut; what fragments share must agree. null: something is missing. */
export function reassemble(frames: readonly Uint8Array[], ip: number): Uint8Array | null {
  const parts = frames.map(frame => ({ frame, ...parse(frame, ip) })).sort((a, b) => a.offset - b.offset)
  const last = parts.find(({ more }) => !more)
  if (!last || parts[0]!.offset !== 0) return null
  const data = new Uint8Array(last.offset + last.data.length)
  let known = 0
  for (const { offset, data: part } of parts) {
    if (offset > known) return null
    for (let i = 0; i < Math.min(known - offset, part.length); i++)
      if (data[offset + i] !== part[i]) throw new Error(`two fragments disagree at ${offset + i}`)
    data.set(part, offset)
    known = Math.max(known, offset + part.length)
  }
  return known === data.length ? wholeFrame(parts[0]!.frame, data, ip) : null
}

function wholeFrame(first: Uint8Array, data: Uint8Array, ip: number): Uint8Array {
  const isV4 = first[ip]! >> 4 === 4
  const fragment = isV4 ? undefined : fragmentHeader(first, ip)
  const head = isV4 ? ip + (first[ip]! & 15) * 4 : (fragment?.header ?? ip + 40)
  const frame = Uint8Array.from([...first.subarray(0, head), ...data])
  const view = new DataView(frame.buffer)
  if (fragment) frame[fragment.names] = first[fragment.header]!
  if (!isV4) view.setUint16(ip + 4, frame.length - ip - 40)
  if (!isV4) return frame
  view.setUint16(ip + 2, frame.length - ip)
  view.setUint16(ip + 6, 0)
  view.setUint16(ip + 10, 0)
  view.setUint16(ip + 10, 0xffff - fold16(frame.subarray(ip, head)))
  return frame
}

function fold16(bytes: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += bytes[i]! * 256 + bytes[i + 1]!
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return sum
}
