import { execa } from 'execa'

/**
 * tshark as the judge of what was sent: it verifies every checksum, which it does not do unasked, and does not take
 * the payload for that of some application whose port was drawn by chance.
 */
const judge = [
  '-n',
  ...['ip', 'udp', 'tcp'].flatMap(layer => ['-o', `${layer}.check_checksum:TRUE`]),
  ...['udp', 'tcp'].flatMap(layer => ['-d', `${layer}.port==1-65535,data`]),
]

async function tshark(file: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await execa('tshark', ['-r', file, ...judge, ...args], { maxBuffer: 1 << 28 })
  return stdout === '' ? [] : stdout.split('\n')
}

/** One row a frame, one text a field. */
export async function decode<const F extends string>(
  file: string,
  fields: readonly F[],
): Promise<Record<F, string>[]> {
  const lines = await tshark(file, '-T', 'fields', ...fields.flatMap(field => ['-e', field]))
  return lines.map(line => {
    const cells = line.split('\t')
    return Object.fromEntries(fields.map((field, i) => [field, cells[i] ?? ''])) as Record<F, string>
  })
}

/** The frames that a display filter finds, a line each. */
export const matching = (file: string, filter: string): Promise<string[]> => tshark(file, '-Y', filter)

/** Finds what no frame of ours may be. */
export const BROKEN = [
  '_ws.malformed',
  ...['ip', 'udp', 'tcp', 'icmpv6', 'icmp'].map(layer => `${layer}.checksum.status == 0`),
].join(' || ')
