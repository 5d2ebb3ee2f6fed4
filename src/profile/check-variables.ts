import { isMap, type Problem, type YamlMap } from './problem.js'
import { namePattern } from './reference.js'
import { hintFor } from './suggest.js'

/** Variables that nothing uses, and picks of variables that are not there or have no set to pick from. */
export function checkVariables(data: unknown): Problem[] {
  if (!isMap(data)) return []
  const streams = (Array.isArray(data.streams) ? data.streams : []).map(stream =>
    isMap(stream) ? stream : {},
  )
  const own = streams.flatMap((stream, i) => [
    ...unused(stream.vars, [stream], ['streams', i, 'vars']),
    ...checkPicks(stream, isMap(data.vars) ? data.vars : {}, i),
  ])
  return [...unused(data.vars, streams, ['vars']), ...own]
}

function unused(vars: unknown, streams: readonly YamlMap[], path: Problem['path']): Problem[] {
  const given = Object.keys(isMap(vars) ? vars : {})
  if (given.length === 0) return []
  const used = new Set(streams.flatMap(stream => [...namesIn(stream.layers), ...namesIn(stream.set)]))
  return given
    .filter(name => !used.has(name) && new RegExp(`^${namePattern}$`).test(name))
    .map(name => ({
      code: 'unused-variable',
      severity: 'warning',
      message: `no field uses \`${name}\``,
      hint: `a field takes its value as \`=${name}\``,
      path: [...path, name],
      at: 'key',
    }))
}

const reference = new RegExp(`^\\s*=\\s*(${namePattern})`)

/** The first word of every reference below, whatever it stands in. */
function* namesIn(data: unknown): Generator<string> {
  if (typeof data === 'string') {
    const name = reference.exec(data)?.[1]
    if (name !== undefined) yield name.split('.')[0]!
  } else if (typeof data === 'object' && data !== null) {
    const { hash } = data as YamlMap
    if (typeof hash === 'string') yield hash.replace(/^\s*=?\s*/, '').split('.')[0]!
    for (const value of Object.values(data)) yield* namesIn(value)
  }
}

function checkPicks({ pick, vars }: YamlMap, shared: YamlMap, index: number): Problem[] {
  const known: YamlMap = { ...shared, ...(isMap(vars) && vars) }
  return Object.keys(isMap(pick) ? pick : {}).flatMap((name): Problem[] => {
    const path = ['streams', index, 'pick', name]
    const spec = Object.hasOwn(known, name) ? known[name] : undefined
    if (spec === undefined) {
      const message = `no variable is called \`${name}\``
      return [{ code: 'unknown-name', message, hint: hintFor(name, Object.keys(known)), path, at: 'key' }]
    }
    if (isMap(spec) && !('list' in spec) && !('weighted' in spec)) return []
    const message = `\`${name}\` has no set that could be drawn otherwise`
    return [
      { code: 'not-a-value', message, hint: 'pick works on a range or on combinations', path, at: 'key' },
    ]
  })
}
