import { execa } from 'execa'

/** It verifies every checksum, which it does not do unasked. */
const validation = [
  '-n',
  ...['ip', 'udp', 'tcp'].flatMap(layer => ['-o', `${layer}.check_checksum:TRUE`]),
  '-o',
  'sctp.checksum:CRC 32c',
]

/** What the ports of profiles that speak a protocol stand for, as Wireshark calls it. */
const applications: Readonly<Record<number, string>> = {
  19: 'chargen',
  53: 'dns',
  80: 'data',
  123: 'ntp',
  389: 'cldap',
  443: 'data',
  1900: 'ssdp',
  2152: 'gtp',
  3702: 'data',
  5683: 'coap',
  11211: 'memcache',
}

/** Ports of which an application is understood; `lowest`: that of the lower port of each packet, whatever it is. */
export type Spoken = readonly number[] | 'lowest'

/**
 * The payload is not that of some application whose port was drawn by chance. Wireshark looks at the lower of two ports
 * first, so where a profile speaks, the applications of all other ports are switched off.
 */
async function assigned(spoken: Spoken): Promise<string[]> {
  // At QUIC, Wireshark only guesses.
  if (spoken === 'lowest') return ['-d', 'udp.port==443,quic']
  const both = (ports: string | number, protocol: string) =>
    ['udp', 'tcp'].flatMap(layer => ['-d', `${layer}.port==${ports},${protocol}`])
  if (spoken.length === 0) return both('1-65535', 'data')
  const named = spoken.map(port => [port, applications[port] ?? 'data'] as const)
  const rules = named.flatMap(([port, protocol]) =>
    protocol === 'data' ? both(port, protocol) : ['-d', `udp.port==${port},${protocol}`],
  )
  const others = await strangers(named.map(([, protocol]) => protocol))
  return [...rules, ...others.flatMap(protocol => ['--disable-protocol', protocol])]
}

/** What Wireshark expects at any port, but for these. */
async function strangers(spoken: readonly string[]): Promise<string[]> {
  expected ??= everyExpected()
  return (await expected).filter(protocol => !spoken.includes(protocol))
}

/** Asked once: it takes as long as a capture. */
let expected: Promise<string[]> | undefined

async function everyExpected(): Promise<string[]> {
  const { stdout } = await execa('tshark', ['-G', 'decodes'], { maxBuffer: 1 << 28 })
  const found = stdout.split('\n').flatMap(line => {
    const [table, , protocol] = line.split('\t')
    return protocol && /^(udp|tcp)\.port$/.test(table!) ? [protocol] : []
  })
  return [...new Set(found)]
}

/** tshark as the judge of what was sent. */
async function tshark(file: string, spoken: Spoken, ...args: string[]): Promise<string[]> {
  const { stdout } = await execa(
    'tshark',
    ['-r', file, ...validation, ...(await assigned(spoken)), ...args],
    {
      maxBuffer: 1 << 28,
    },
  )
  return stdout === '' ? [] : stdout.split('\n')
}

/** One row a frame, one text a field. */
export async function decode<const F extends string>(
  file: string,
  fields: readonly F[],
  spoken: Spoken = [],
): Promise<Record<F, string>[]> {
  const lines = await tshark(file, spoken, '-T', 'fields', ...fields.flatMap(field => ['-e', field]))
  return lines.map(line => {
    const cells = line.split('\t')
    return Object.fromEntries(fields.map((field, i) => [field, cells[i] ?? ''])) as Record<F, string>
  })
}

/** The frames that a display filter finds, a line each. */
export const matching = (file: string, filter: string, spoken: Spoken = []): Promise<string[]> =>
  tshark(file, spoken, '-Y', filter)

/** How many frames each display filter finds, all in one pass; a filter may hold no comma. */
export async function counts(
  file: string,
  filters: readonly string[],
  spoken: Spoken = [],
): Promise<number[]> {
  if (filters.length === 0) return []
  const lines = await tshark(file, spoken, '-q', '-z', ['io,stat,0', ...filters].join(','))
  // The one interval: `| 0.0 <> 1.2 | FRAMES | BYTES | FRAMES | BYTES |`.
  const cells =
    lines
      .find(line => line.includes('<>'))
      ?.split('|')
      .slice(2, -1) ?? []
  return cells.filter((_, i) => i % 2 === 0).map(Number)
}

/** Finds what no frame of ours may be. */
export const BROKEN = [
  '_ws.malformed',
  ...['ip', 'udp', 'tcp', 'icmpv6', 'icmp', 'sctp', 'igmp'].map(layer => `${layer}.checksum.status == 0`),
].join(' || ')
