import type { PortSpec, Profile, StreamSpec } from './model.js'
import type { ProfileShape } from './schema.js'

/** Fills in what depends on other parts of the profile. Nothing can be wrong any more. */
export function resolve(shape: ProfileShape): Profile {
  const ports = Object.entries(shape.ports).map(([name, port]) => portSpec(name, port))
  const { version, name, description, seed, duration, cores, vars, safety } = shape
  return {
    version,
    name,
    ...(description !== undefined && { description }),
    seed,
    ports,
    ...(duration !== undefined && { durationNs: duration }),
    ...(cores !== undefined && { cores }),
    ...(vars !== undefined && { vars }),
    streams: shape.streams.map(stream => streamSpec(stream, ports)),
    expect: shape.expect.map((line, i) => ({ ...line, path: ['expect', i] })),
    safety,
  }
}

const portSpec = (name: string, port: ProfileShape['ports'][string]): PortSpec => ({
  name,
  uri: port.uri,
  txQueues: port.queues?.tx ?? 1,
  rxQueues: port.queues?.rx ?? 1,
  args: port.args ?? [],
})

function streamSpec(stream: ProfileShape['streams'][number], ports: readonly PortSpec[]): StreamSpec {
  const { count, tx: asked, rx: wanted, vars, pick, ...rest } = stream
  const tx = asked ?? ports[0]!.name
  const rx = wanted ?? (ports.find(port => port.name === tx)!.uri.startsWith('loop:') ? tx : undefined)
  const given = { ...(vars && { vars }), ...(pick && { pick }) }
  return { ...rest, ...given, tx, ...(count !== undefined && { count }), ...(rx !== undefined && { rx }) }
}
