import { isMap, type Problem, type YamlMap } from './problem.js'

/** What a packet is made of: layers in a frame, or a capture. Each has keys that mean nothing to the other. */
const ofLayers = ['frame', 'layers'] as const
export const ofCapture = ['pcap', 'only', 'timing', 'loops', 'checksums'] as const

/** Of the data as read, as in references.ts; `hints` says what the keys of a stream are for. */
export function checkSources(
  streams: readonly unknown[],
  hints: Readonly<Record<string, string>>,
): Problem[] {
  return streams.flatMap((stream, i) => (isMap(stream) ? checkSource(stream, ['streams', i], hints) : []))
}

function checkSource(
  stream: YamlMap,
  path: Problem['path'],
  hints: Readonly<Record<string, string>>,
): Problem[] {
  const given = (keys: readonly string[]) => keys.filter(key => stream[key] !== undefined)
  const refuse = (key: string, message: string, hint: string): Problem => ({
    code: 'one-key',
    message,
    hint,
    path: [...path, key],
    at: 'key',
  })
  if (stream.pcap === undefined) {
    const lacking = ofLayers.filter(key => stream[key] === undefined)
    return [
      ...lacking.map(key => missing(key, path, hints[key])),
      ...given(ofCapture).map(key => refuse(key, `\`${key}\` needs a capture`, 'give its file as `pcap`')),
    ]
  }
  const message = 'a stream has `layers` in a `frame`, or the packets of a `pcap`, not both'
  return [
    ...given(ofLayers).map(key => refuse(key, message, `remove \`${key}\` or \`pcap\``)),
    ...(stream.timing === undefined ? [] : given(['rate', 'share'])).map(key =>
      refuse(
        'timing',
        `a stream has the \`timing\` of its capture or a \`${key}\`, not both`,
        'remove one of the two',
      ),
    ),
  ]
}

const missing = (key: string, path: Problem['path'], hint: string | undefined): Problem => ({
  code: 'missing-key',
  message: `the key \`${key}\` is missing`,
  path: [...path, key],
  ...(hint !== undefined && { hint }),
})
