import { alphabets } from '../units/alphabets.js'
import { parseInteger } from '../units/integer.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { highest } from '../units/ranges.js'
import { type GeneratorName, generators, parseEvery, parseGenerator } from './generator.js'
import type { FieldKind } from './literal.js'
import type { Base, NumberSpec, StringPiece, YamlPath } from './model.js'
import { onlyKeys } from './one-key.js'
import { describe, isMap, parseScalar, type Report, within, type YamlMap } from './problem.js'
import { isReference, parseReference } from './reference.js'
import { parseLengths } from './string-length.js'
import { hintFor } from './suggest.js'

export const alphabetNames = Object.keys(alphabets)
const isAlphabet = (input: unknown): input is string =>
  typeof input === 'string' && Object.hasOwn(alphabets, input)

const bases: Readonly<Record<string, Base>> = { decimal: 10n, hex: 16n }
const number: FieldKind = { type: 'uint', bits: 64 }

/** `{random: letters, length: 8-24}`, or a number: `{inc: 0-9999}`, `{number: =ue, digits: 6, base: hex}`. */
export function parsePiece(
  name: string,
  input: unknown,
  report: Report,
  path: YamlPath,
): StringPiece | undefined {
  const here = within(report, path)
  if (!isMap(input)) {
    const hint = 'write `{random: letters, length: 8}`, or `{inc: 0-9999}`'
    here({ code: 'wrong-type', message: `this must be a map, not ${describe(input)}`, hint, path: [] })
    return undefined
  }
  if (isAlphabet(input.random) || 'length' in input) return parseCharacters(name, input, here)
  const written = 'number' in input ? input.number : withoutOptions(input)
  return parseNumber(name, written, input, 'number' in input ? within(here, ['number']) : here, here)
}

const withoutOptions = ({ digits: _, base: __, ...rest }: YamlMap): YamlMap => rest

function parseCharacters(name: string, input: YamlMap, report: Report): StringPiece | undefined {
  if (!onlyKeys(input, ['random', 'length', 'every'], report)) return undefined
  const alphabet = parseScalar(input.random ?? '', parseAlphabet, report, 'random' in input ? ['random'] : [])
  const lengths = parseLengths(input.length, report, 'length' in input ? ['length'] : [])
  const every = parseEvery(input.every, report, ['every'])
  if (alphabet === undefined || lengths === undefined || every === undefined) return undefined
  return { kind: 'chars', name, alphabet, lengths, every }
}

export const parseAlphabet = (text: string): Parsed<string> =>
  isAlphabet(text)
    ? parsed(text)
    : refuse('bad-value', `\`${text}\` is not an alphabet`, hintFor(text, alphabetNames))

function parseNumber(
  name: string,
  written: unknown,
  options: YamlMap,
  at: Report,
  report: Report,
): StringPiece | undefined {
  if ('number' in options && !onlyKeys(options, ['number', 'digits', 'base'], report)) return undefined
  const value = parseCounted(written, at)
  const base = options.base === undefined ? 10n : parseScalar(options.base, parseBase, report, ['base'])
  const digits =
    options.digits === undefined ? 0 : parseScalar(options.digits, parseDigits, report, ['digits'])
  if (value === undefined || base === undefined || digits === undefined) return undefined
  const needed = value.kind === 'ref' ? 0 : highestOf(value).toString(Number(base)).length
  if (digits === 0 && needed === 0) {
    const hint = 'such as `{number: =ue, digits: 6}`'
    report({ code: 'bad-value', message: 'how many `digits` has this number?', hint, path: [] })
    return undefined
  }
  if (digits === 0 || digits >= needed)
    return { kind: 'number', name, value, digits: digits === 0 ? needed : digits, base }
  report({ code: 'out-of-range', message: `the highest number has ${needed} digits`, path: ['digits'] })
  return undefined
}

/** What a text can count: from 0 on, or listed values. */
function parseCounted(input: unknown, report: Report): NumberSpec | undefined {
  if (isReference(input)) return parseScalar(input, text => parseReference(number, text), report, [])
  const names = isMap(input) ? Object.keys(input) : []
  const name = generators.find(known => known === names[0])
  if (!isMap(input) || names.length !== 1 || name === undefined) {
    const hint = hintFor(
      names.find(key => !(generators as readonly string[]).includes(key)) ?? '',
      generators,
    )
    const at = { path: names[0] ? [names.find(key => !isGenerator(key)) ?? names[1]!] : [] }
    report({ code: 'bad-value', message: 'a place in a text is random characters or a number', hint, ...at })
    return undefined
  }
  const value = parseGenerator(number, name, input[name], report)
  if (!value || 'values' in value || (value.low === 0n && !value.ranges)) return value
  const hint = 'begin at 0, and write what stands before it into the text: `"host1{n}"`'
  report({
    code: 'out-of-range',
    message: 'numbers in a text count from 0, without gaps',
    hint,
    path: [name],
  })
  return undefined
}

const isGenerator = (key: string): key is GeneratorName => (generators as readonly string[]).includes(key)

const highestOf = (value: Exclude<NumberSpec, { kind: 'ref' }>): bigint =>
  'values' in value ? highest(value.values) : value.high

function parseBase(text: string): Parsed<Base> {
  const base = Object.hasOwn(bases, text) ? bases[text] : undefined
  return base ? parsed(base) : refuse('bad-value', `\`${text}\` is not a base`, '`decimal` or `hex`')
}

function parseDigits(text: string): Parsed<number> {
  const digits = parseInteger(text, 8)
  if (!digits.ok) return digits
  if (digits.value >= 1n && digits.value <= 20n) return parsed(Number(digits.value))
  return refuse('out-of-range', `a number has 1 to 20 digits, not ${text}`)
}
