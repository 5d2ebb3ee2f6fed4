import { formatSize } from '../units/size.js'
import { frameJson, mixes } from './frame-json.js'
import { genomeSizes } from './genome.js'

const examples: Readonly<Record<string, string>> = {
  size: '{size: 40B, of: ipv4}',
  imix: '{imix: {64B: 7, 570B: 4, 1518B: 1}}',
  list: '{list: [64B, 128B, 1518B]}',
  weighted: '{weighted: {64B: 7, 594B: 4, 1518B: 1}}',
  random: '{random: 64B-1518B}',
  inc: '{inc: {range: 64B-1518B, step: 2}}',
  genome: '{genome: aaafg}',
}

interface Described {
  description: string
}

/** docs/reference/frames.md: every kind of frame sizes, from the schema that editors load and the RFC's table. */
export function frameReference(): string {
  const kinds = (frameJson.anyOf as { properties?: Record<string, Described> }[]).at(-1)!.properties!
  const rows = Object.entries(examples).map(
    ([kind, example]) => `| \`${example}\` | ${kinds[kind]!.description} |`,
  )
  const letters = Object.entries(genomeSizes).map(([letter, bytes]) => `\`${letter}\` ${formatSize(bytes)}`)
  const named = Object.entries(mixes).map(
    ([name, sizes]) =>
      `| \`${name}\` | ${Object.entries(sizes)
        .map(entry => entry.join(': '))
        .join(', ')} |`,
  )
  return `${[
    '# Frame sizes',
    'Made by `npm run docs` from `src/profile/`; do not edit.',
    '`frame: 64B` is the size of every frame, with the 4 bytes of the FCS. Several sizes are a map with one key:',
    ['| frame | |', '|---|---|', ...rows].join('\n'),
    'What is random is as good as any other value: the size of packet *i* follows from the seed and the name of the ' +
      'stream alone, and never repeats itself in a short cycle. Rates in bits and their packet counts go by the mean ' +
      'size: exact where sizes are taken in turn, in the long run where they are drawn. A range has all its sizes as ' +
      'frames in memory, and `step` makes them fewer.',
    '## Sizes of a packet inside',
    '`of` names a layer as `preview` does, `ipv4` or `ipv4.2` for the second one, or `payload`: the sizes are those of ' +
      'the packet from this layer on, without the FCS, and the frame is as much larger as what stands around it. What ' +
      'comes out below 64 bytes is padded with zeros, which belong to no length and no checksum (RFC 894).',
    '| frame | |\n|---|---|\n' +
      '| `{imix: {40B: 7, 576B: 4, 1500B: 1}, of: ipv4}` | the simple IMIX as sizes of IP packets: frames of 64, 594 and 1518 bytes |\n' +
      '| `{random: 64B-1400B, of: ipv4.2}` | of what a tunnel carries |\n' +
      '| `{inc: 0B-512B, of: payload}` | of what UDP or TCP carries |',
    '## Genomes',
    `RFC 6985 writes a repeating order of sizes as letters: ${letters.join(', ')}. \`z\` is the MTU and upper-case ` +
      'letters are custom sizes, which have to be said. nmgen sends frames of up to 9216 bytes, so no `j`.',
    '| frame | |\n|---|---|\n| `{genome: {sequence: aaAz, sizes: {A: 300B, z: 4096B}}}` | 64, 64, 300 and 4096 bytes |',
    '## Mixes with a name',
    'Others mean other sizes by the same name, so a result holds the sizes, never the name.',
    ['| `{imix: NAME}` | sizes and weights |', '|---|---|', ...named].join('\n'),
  ].join('\n\n')}\n`
}
