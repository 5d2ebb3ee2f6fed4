import type { FieldType } from '../templates/header.js'
import { parseHex } from '../units/bytes.js'
import { parseDomainName } from '../units/domain-name.js'
import { type Parsed, parsed } from '../units/parsed.js'
import type { FieldSpec, StringPiece, StringSpec } from './model.js'
import { onlyKeys } from './one-key.js'
import { describe, type Report, type YamlMap } from './problem.js'
import { parsePiece } from './string-piece.js'
import { problemOf } from './string-size.js'

type Type = Extract<FieldType, 'bytes' | 'text' | 'name'>
type Form = StringSpec['form']

/** As text, or in hexadecimal. */
const forms: Readonly<Record<Form, (text: string) => Parsed<Uint8Array>>> = {
  text: text => parsed(new TextEncoder().encode(text)),
  bytes: parseHex,
}

const howTo = 'write `{random: letters, length: 8}`, or `{text: "{x}.test", x: {random: letters, length: 8}}`'

/** `{random: ALPHABET, length: N}`, or a text with places that vary: `{text: "{label}.test", label: {...}}`. */
export function parseString(type: Type, input: YamlMap, report: Report): FieldSpec | undefined {
  const form = (['text', 'bytes'] as const).find(key => key in input)
  const spec = form ? parseTemplate(form, input, report) : parseAlone(input, report)
  if (!spec) return undefined
  const problem = problemOf(type, spec)
  if (problem) return report({ code: 'bad-value', ...problem, path: form ? [form] : [] }) as undefined
  return spec.pieces.every(piece => piece.kind === 'fixed') ? constant(type, spec) : spec
}

function parseAlone(input: YamlMap, report: Report): StringSpec | undefined {
  if ('random' in input) {
    const piece = parsePiece('', input, report, [])
    return piece && { kind: 'string', form: 'text', pieces: [piece] }
  }
  const [key] = Object.keys(input)
  report({ code: 'bad-value', message: 'this is no text that varies', hint: howTo, path: key ? [key] : [] })
  return undefined
}

function parseTemplate(form: Form, input: YamlMap, report: Report): StringSpec | undefined {
  const text = input[form]
  if (typeof text !== 'string') {
    const hint = typeof text === 'number' ? 'put it in quotes: YAML reads digits as a number' : howTo
    report({ code: 'wrong-type', message: `this must be a text, not ${describe(text)}`, hint, path: [form] })
    return undefined
  }
  const words = wordsIn(text, form, report)
  if (!words) return undefined
  const names = words.flatMap(word => (typeof word === 'string' ? [word] : []))
  if (!namesAgree(names, form, input, report)) return undefined
  const pieces = words.map((word): StringPiece | undefined =>
    typeof word === 'string' ? parsePiece(word, input[word], report, [word]) : { kind: 'fixed', bytes: word },
  )
  return pieces.every(piece => piece !== undefined) ? { kind: 'string', form, pieces } : undefined
}

/** Names stand for places that vary, bytes for themselves; `{{` and `}}` are braces. */
function wordsIn(text: string, form: Form, report: Report): (string | Uint8Array)[] | undefined {
  const words: (string | Uint8Array)[] = []
  for (const [token, name] of text.matchAll(/\{([A-Za-z_][A-Za-z0-9_]*)\}|(?:\{\{|\}\}|[^{}])+|[{}]/g)) {
    const fixed = forms[form](token.replaceAll('{{', '{').replaceAll('}}', '}'))
    if (name === undefined && /^[{}]$/.test(token)) {
      const hint = `a place that varies is \`{name}\`, a brace itself is \`${token}${token}\``
      report({ code: 'bad-value', message: `\`${token}\` stands alone`, hint, path: [form] })
      return undefined
    }
    if (name === undefined && !fixed.ok) {
      report({ ...fixed, path: [form] })
      return undefined
    }
    words.push(name ?? (fixed.ok ? fixed.value : new Uint8Array()))
  }
  return words
}

/** Every place has its key, and every key its place. */
function namesAgree(names: readonly string[], form: Form, input: YamlMap, report: Report): boolean {
  if (!onlyKeys(input, [form, ...names], report)) return false
  for (const [i, name] of names.entries()) {
    const twice = names.indexOf(name) < i
    if (!twice && name !== form && input[name] !== undefined) continue
    const message = twice ? `\`{${name}}\` stands here twice` : `\`{${name}}\` is nothing that varies`
    const hint = twice
      ? 'two places vary apart: give them two names'
      : `write \`${name}: {random: letters, length: 8}\` beside the text`
    report({ code: 'bad-value', message, hint, path: [form] })
    return false
  }
  return true
}

/** Nothing varies: the same as the text alone. */
function constant(type: Type, { pieces }: StringSpec): FieldSpec | undefined {
  const bytes = Uint8Array.from(pieces.flatMap(piece => (piece.kind === 'fixed' ? [...piece.bytes] : [])))
  if (type !== 'name') return { kind: 'bytes', bytes }
  const name = parseDomainName(new TextDecoder().decode(bytes))
  return name.ok ? { kind: 'bytes', bytes: name.value } : undefined
}
