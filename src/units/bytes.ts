import { formatDomainName } from './domain-name.js'
import { type Parsed, parsed, refuse } from './parsed.js'

/** Two digits a byte, spaces where they please; nothing at all is no bytes. */
export function parseHex(text: string): Parsed<Uint8Array> {
  const digits = text.replaceAll(' ', '')
  if (/^([0-9a-f]{2})*$/i.test(digits)) return parsed(Uint8Array.from(Buffer.from(digits, 'hex')))
  return refuse('bad-value', `\`${text}\` is not bytes in hexadecimal`, 'two digits a byte: `dead beef`')
}

/** Text and domain names as such where they can be written so; hexadecimal else, `-` for none. */
export function formatBytes(type: 'bytes' | 'text' | 'name', bytes: Uint8Array): string {
  if (type === 'name') return formatDomainName(bytes) ?? Buffer.from(bytes).toString('hex')
  const text = Buffer.from(bytes).toString('latin1')
  if (type === 'text' && /^[ -~]+$/.test(text)) return text
  return Buffer.from(bytes).toString('hex') || '-'
}

/** Big-endian; `bits` are whole bytes. */
export const bytesOfValue = (value: bigint, bits: number): Uint8Array =>
  Uint8Array.from(Buffer.from(bits === 0 ? '' : value.toString(16).padStart(bits / 4, '0'), 'hex'))
