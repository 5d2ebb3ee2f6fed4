import type { YamlPath } from './model.js'
import { describe, isMap, type Report, type YamlMap } from './problem.js'
import { hintFor } from './suggest.js'

/** The single entry of a one-key map such as `{random: 1-9}`, with every way of getting it wrong named. */
export function oneKey(
  input: YamlMap,
  known: readonly string[],
  what: string,
  report: Report,
): [key: string, value: unknown] | undefined {
  const keys = Object.keys(input)
  const unknown = keys.filter(key => !known.includes(key))
  for (const key of unknown)
    report({
      code: 'unknown-key',
      message: `\`${key}\` is not ${what}`,
      hint:
        keys.length > unknown.length
          ? longForm(key, keys, known)
          : (wrapped(key, known) ?? hintFor(key, known)),
      path: [key],
      at: 'key',
    })
  if (unknown.length > 0) return undefined
  if (keys.length === 1) return [keys[0]!, input[keys[0]!]]
  const message =
    keys.length === 0
      ? `this map needs ${what}`
      : `only ${what.replace(/^an? /, 'one ')} can stand here, not ${keys.length}`
  report({
    code: 'one-key',
    message,
    hint: keys.length > 0 ? `keep one of: ${keys.join(', ')}` : `one of: ${known.join(', ')}`,
    path: keys[1] ? [keys[1]] : [],
    ...(keys[1] && { at: 'key' as const }),
  })
  return undefined
}

/** `{range: 1-9}`: what to draw, but not how. */
const wrapped = (key: string, known: readonly string[]): string | undefined =>
  key === 'range' && known.includes('random') ? 'say how: `{random: ...}` or `{inc: ...}`' : undefined

/** `{inc: 1-9, step: 2}`: the option belongs one level deeper. */
function longForm(key: string, keys: readonly string[], known: readonly string[]): string {
  const owner = keys.find(name => known.includes(name))!
  if (!['step', 'every', 'not', 'exponent', 'sizes'].includes(key)) return hintFor(key, known)
  return `write \`{${owner}: {${sources[owner] ?? 'range: ...'}, ${key}: ...}}\``
}

const sources: Readonly<Record<string, string>> = {
  list: 'values: [...]',
  weighted: 'values: {...}',
  genome: 'sequence: ...',
}

/** Reports keys of a map that are not known; false: the input is no map at all (reported too). */
export function knownKeys(
  input: unknown,
  known: readonly string[],
  report: Report,
  path: YamlPath,
): input is YamlMap {
  if (!isMap(input)) {
    const hint = `its keys are ${known.join(', ')}`
    report({ code: 'wrong-type', message: `this must be a map, not ${describe(input)}`, hint, path })
    return false
  }
  for (const key of Object.keys(input))
    if (!known.includes(key))
      report({
        code: 'unknown-key',
        message: `\`${key}\` is not a key here`,
        hint: hintFor(key, known),
        path: [...path, key],
        at: 'key',
      })
  return true
}

/** Of a map that has no other keys; what it has too many is reported. */
export function onlyKeys(input: YamlMap, known: readonly string[], report: Report): boolean {
  knownKeys(input, known, report, [])
  return Object.keys(input).every(key => known.includes(key))
}
