import { execa } from 'execa'

/** It verifies every checksum, which it does not do unasked. */
const validation = [
  '-n',
  ...['ip', 'udp', 'tcp'].flatMap(layer => ['-o', `${layer}.check_checksum:TRUE`]),
  '-o',
  'sctp.checksum:CRC 32c',
]

/** Ports of which an application is understood; `lowest`: that of the lower port of each packet, whatever it is. */
export type Spoken = readonly number[] | 'lowest'

/** The payload is not that of some application whose port was drawn by chance, but for the ports that are `spoken`. */
function silenced(spoken: Spoken): string[] {
  // At QUIC, Wireshark only guesses.
  if (spoken === 'lowest') return ['-d', 'udp.port==443,quic']
  const bounds = [0, ...spoken.toSorted((a, b) => a - b), 65_536]
  const gaps = bounds.slice(1).map((next, i) => [bounds[i]! + 1, next - 1] as const)
  return gaps
    .filter(([low, high]) => low <= high)
    .flatMap(([low, high]) => ['udp', 'tcp'].flatMap(layer => ['-d', `${layer}.port==${low}-${high},data`]))
}

/** tshark as the judge of what was sent. */
async function tshark(file: string, spoken: Spoken, ...args: string[]): Promise<string[]> {
  const { stdout } = await execa('tshark', ['-r', file, ...validation, ...silenced(spoken), ...args], {
    maxBuffer: 1 << 28,
  })
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

/** Finds what no frame of ours may be. */
export const BROKEN = [
  '_ws.malformed',
  ...['ip', 'udp', 'tcp', 'icmpv6', 'icmp', 'sctp', 'igmp'].map(layer => `${layer}.checksum.status == 0`),
].join(' || ')
