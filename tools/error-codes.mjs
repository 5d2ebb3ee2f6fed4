/** Every code that a failure can have, as it stands in the sources: with its sentence, its remedy and its exit code. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { Exit } from '../dist/exit.js'

const filesIn = (folder, pattern) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => pattern.test(file) && !/(^|\/)test\/|\.(test|testing|d)\.ts$/.test(file))
    .sort()
    .map(file => join(folder, file))

/** A string or a template as people read it: what is put in at run time is `…`; undefined: it is put together elsewhere. */
function textOf(node) {
  if (node === undefined) return undefined
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateExpression(node))
    return [node.head.text, ...node.templateSpans.map(span => `…${span.literal.text}`)].join('')
  return undefined
}

/** `new NmgenError(code, message, Exit.x, hint)`. */
function fromTypeScript(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const found = []
  const visit = node => {
    if (ts.isNewExpression(node) && /Error$/.test(node.expression.getText(source))) {
      const [code, message, exit, hint] = node.arguments ?? []
      if (code && ts.isStringLiteralLike(code) && exit)
        found.push({
          code: code.text,
          message: textOf(message),
          hint: textOf(hint),
          exit: Exit[/Exit\.(\w+)/.exec(exit.getText(source))?.[1]],
        })
    }
    if (ts.isObjectLiteralExpression(node)) {
      const value = name =>
        node.properties.find(property => property.name?.getText(source) === name)?.initializer
      const code = textOf(value('code'))
      if (code && value('message'))
        found.push({ code, message: textOf(value('message')), hint: textOf(value('hint')) })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** `Failure{"code", "message" + …, "hint"}` and functions that make one. */
function fromNative(file) {
  const text = readFileSync(file, 'utf8')
  const made = /(?:Failure\w*\s*\w*[{(]|return \{|fail\w*\()\s*"([a-z]+(?:-[a-z]+)+)"/g
  return [...text.matchAll(made)].map(found => {
    const rest = text.slice(found.index + found[0].length)
    const [message, hint] = rest
      .slice(1, rest.indexOf(';'))
      .trim()
      .split(/,\s*(?=")/)
      .map(literals)
    return { code: found[1], message, hint }
  })
}

/** Of an expression of C++: its literals, and `…` between them where something is put in. */
function literals(expression) {
  const parts = [...expression.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
  const between = (a, b) => (expression.slice(a.index + a[0].length, b.index).trim() === '' ? '' : '…')
  const text = parts.map((part, i) => (i === 0 ? '' : between(parts[i - 1], part)) + part[1]).join('')
  return `${/^\s*"/.test(expression) ? '' : '…'}${text}${/"\s*[)}]*\s*$/.test(expression) ? '' : '…'}`
}

/** What is put in at run time may be all that is said. */
const saysSomething = text => text !== undefined && (text.match(/[a-z]{2,}/g) ?? []).length >= 3

/** What `nmgen check` prints, of the profiles that are wrong on purpose. */
export function profileErrors(root) {
  const folder = join(root, 'test/profiles/wrong')
  const printed = readdirSync(folder)
    .filter(file => file.endsWith('.expected'))
    .sort()
    .map(file => readFileSync(join(folder, file), 'utf8'))
  const codes = new Map()
  for (const block of printed.flatMap(text => text.split(/\n(?=(?:error|warning)\[)/))) {
    const code = /^(?:error|warning)\[([\w-]+)\]/.exec(block)?.[1]
    if (code && !codes.has(code))
      codes.set(code, block.trim().replace(/ --> test\/profiles\/wrong\//, ' --> '))
  }
  return new Map([...codes].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Of the commands, the engine and the native core: by code, each way in which it is said. */
export function runErrors(root) {
  const folders = ['cli', 'gen', 'library', 'report', 'compare', 'find', 'stats', 'ui']
  const found = [
    ...folders.flatMap(folder => filesIn(join(root, 'src', folder), /\.ts$/)).flatMap(fromTypeScript),
    ...filesIn(join(root, 'native/tx'), /\.(cc|h)$/).flatMap(fromNative),
  ]
  const codes = new Map()
  for (const one of found) {
    const known = codes.get(one.code) ?? []
    if (saysSomething(one.message) && !known.some(({ message }) => message === one.message)) known.push(one)
    codes.set(one.code, known)
  }
  return new Map([...codes].sort(([a], [b]) => (a < b ? -1 : 1)))
}
