import { type Parsed, parsed, refuse } from './parsed.js'

/** A domain name as DNS sends it: labels behind their lengths, and the root (RFC 1035 section 3.1). */
export function parseDomainName(text: string): Parsed<Uint8Array> {
  const labels = text === '.' || text === '' ? [] : text.replace(/\.$/, '').split('.')
  const long = labels.find(label => label.length > 63)
  if (long !== undefined)
    return refuse('bad-value', `the label \`${long.slice(0, 20)}...\` is longer than 63 letters`)
  if (labels.some(label => !/^[!-~]+$/.test(label)))
    return refuse('bad-value', `\`${text}\` is not a domain name`, 'write it as `www.bench.test`')
  const encoded = encodeName(text)
  return encoded.length <= 255 ? parsed(encoded) : refuse('bad-value', 'the name is longer than 255 bytes')
}

export function encodeName(text: string): Uint8Array {
  const labels = text.split('.').filter(label => label !== '')
  return Uint8Array.from([...labels.flatMap(label => [label.length, ...new TextEncoder().encode(label)]), 0])
}

/** Undefined where the bytes are no plain name: a pointer (RFC 1035 section 4.1.4), or something broken. */
export function formatDomainName(bytes: Uint8Array): string | undefined {
  const labels: string[] = []
  let at = 0
  while (at < bytes.length - 1) {
    const label = bytes.subarray(at + 1, at + 1 + bytes[at]!)
    labels.push(new TextDecoder('latin1').decode(label))
    at += bytes[at]! + 1
  }
  const text = labels.join('.') || '.'
  const again = at === bytes.length - 1 ? encodeName(text) : new Uint8Array()
  return Buffer.from(again).equals(bytes) && !/[^!-~]/.test(text) ? text : undefined
}
