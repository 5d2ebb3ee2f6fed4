import type { Profile, StreamSpec } from '../profile/model.js'
import { type Diagnostic, error, warning } from './diagnostic.js'

/** What can be wrong with when streams start, once flags have moved them to their ports. */
export function checkTimes(profile: Profile): Diagnostic[] {
  const named = new Map(profile.streams.map(stream => [stream.name, stream]))
  return profile.streams.flatMap((stream, id) => [
    ...checkStart(profile, stream, id),
    ...(stream.after ?? []).flatMap((name, i) =>
      checkAfter(named.get(name), stream, ['streams', id, 'after', i]),
    ),
  ])
}

function checkStart({ durationNs }: Profile, { name, startNs, after }: StreamSpec, id: number): Diagnostic[] {
  if (durationNs === undefined || startNs === undefined || startNs < durationNs || after) return []
  const message = `stream ${name} would start when the run is over`
  return [
    warning(['streams', id, 'start'], { code: 'never-starts', message, hint: 'give a longer `duration`' }),
  ]
}

function checkAfter(
  other: StreamSpec | undefined,
  stream: StreamSpec,
  path: Diagnostic['path'],
): Diagnostic[] {
  if (!other) return []
  const { name } = other
  if (other.tx !== stream.tx) {
    const message = `stream ${name} is sent from another port, which goes on by itself`
    return [error(path, { code: 'after-other-port', message, hint: 'use `start` for a fixed time' })]
  }
  if (other.count !== undefined || other.forNs !== undefined) return []
  const message = `stream ${name} has no end, so nothing can come after it`
  return [error(path, { code: 'never-ends', message, hint: `give \`${name}\` a \`count\` or a \`for\`` })]
}
