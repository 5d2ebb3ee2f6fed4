import { checkFrames } from './frame-limit.js'
import type { YamlPath } from './model.js'
import { isMap, type Problem, type YamlMap } from './problem.js'
import { NOBODY } from './receiver.js'
import { checkAfter, checkShares } from './shares.js'
import { hintFor } from './suggest.js'

/**
 * Names that must exist or be unique. It looks at the document as read, not at the checked shape, so that
 * these errors appear together with all others; what has the wrong shape is left to the schema.
 */
export function checkReferences(data: unknown): Problem[] {
  if (!isMap(data)) return []
  const streams = Array.isArray(data.streams) ? data.streams : []
  return [
    ...checkDevices(data.ports),
    ...checkPorts(data, streams),
    ...checkNames(streams),
    ...checkFrames(streams),
    ...checkExpect(data, streams),
    ...checkShares(data, streams),
    ...checkAfter(streams),
  ]
}

function checkPorts(data: YamlMap, streams: readonly unknown[]): Problem[] {
  if (data.ports !== undefined && !isMap(data.ports)) return []
  const ports = Object.keys(data.ports ?? { a: '' })
  return streams.flatMap((stream, i) =>
    (['tx', 'rx'] as const).flatMap(key => {
      const name = isMap(stream) ? stream[key] : undefined
      if (typeof name !== 'string' || ports.includes(name) || (key === 'rx' && name === NOBODY)) return []
      return [
        {
          code: 'unknown-port',
          message: `no port is called \`${name}\``,
          hint: hintFor(name, ports),
          path: ['streams', i, key],
        },
      ]
    }),
  )
}

function checkNames(streams: readonly unknown[]): Problem[] {
  const seen = new Set<unknown>()
  return streams.flatMap((stream, i) => {
    const name = isMap(stream) ? stream.name : undefined
    if (name === undefined || !seen.has(name)) {
      seen.add(name)
      return []
    }
    const message = `two streams are called \`${String(name)}\``
    return [
      {
        code: 'duplicate-name',
        message,
        hint: 'counters are kept by name; choose another',
        path: ['streams', i, 'name'],
      },
    ]
  })
}

/** Streams that conditions are of, and those that a search leaves alone. */
function checkExpect(data: YamlMap, streams: readonly unknown[]): Problem[] {
  const names = streams.flatMap(stream =>
    isMap(stream) && stream.name !== undefined ? [String(stream.name)] : [],
  )
  const known = new Set(names)
  let searched = 0
  return [...conditionsOf(data), ...fixedOf(data)].flatMap(({ name, path }) => {
    if (known.has(name)) return []
    return [
      {
        code: 'unknown-stream',
        message: `no stream is called \`${name}\``,
        // Among thousands of streams, thousands of searches take longer than anybody waits.
        hint: searched++ < 100 ? hintFor(name, names) : 'the first hundred of these have suggestions',
        path,
      },
    ]
  })
}

interface Named {
  name: string
  path: YamlPath
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function conditionsOf({ expect, find }: YamlMap): Named[] {
  const goals = isMap(find) && isMap(find.goals) ? Object.entries(find.goals) : []
  const texts: [unknown, YamlPath][] = [
    ...listOf(expect).map((line, i): [unknown, YamlPath] => [line, ['expect', i]]),
    ...goals.map(([goal, text]): [unknown, YamlPath] => [text, ['find', 'goals', goal]]),
  ]
  return texts.flatMap(([text, path]) =>
    (typeof text === 'string' ? text.split(',') : []).flatMap(condition => {
      const name = /^\s*streams\.([^.\s[]+)[.[]/.exec(condition)?.[1]
      return name === undefined ? [] : [{ name, path }]
    }),
  )
}

function fixedOf({ find }: YamlMap): Named[] {
  if (!isMap(find) || find.fixed === undefined) return []
  if (typeof find.fixed === 'string') return [{ name: find.fixed, path: ['find', 'fixed'] }]
  return listOf(find.fixed).map((name, i) => ({ name: String(name), path: ['find', 'fixed', i] }))
}

/** Two ports on one device would take each other's queues. A loop is no device: its name may be shared. */
function checkDevices(ports: unknown): Problem[] {
  if (!isMap(ports)) return []
  if (Object.keys(ports).length === 0)
    return [
      { code: 'out-of-range', message: 'there is no port', hint: 'write `a: loop:lab`', path: ['ports'] },
    ]
  // Results are kept by the names of ports, and this one is no key to JavaScript.
  if (Object.hasOwn(ports, '__proto__'))
    return [
      {
        code: 'bad-value',
        message: '`__proto__` cannot be the name of a port',
        hint: 'choose another',
        path: ['ports', '__proto__'],
      },
    ]
  const devices = Object.entries(ports).map(([name, port]) => ({ name, device: deviceOf(port) }))
  return devices.flatMap(({ name, device }, i) => {
    const first = devices.findIndex(other => other.device === device)
    if (device === undefined || first === i) return []
    const path = isMap(ports[name]) ? ['ports', name, 'uri'] : ['ports', name]
    const message = `\`${device}\` is already port \`${devices[first]!.name}\``
    return [{ code: 'duplicate-device', message, hint: 'one port can send and receive', path }]
  })
}

function deviceOf(port: unknown): string | undefined {
  const uri = isMap(port) ? port.uri : port
  return typeof uri === 'string' && !uri.startsWith('loop:') ? uri.split(',')[0] : undefined
}
