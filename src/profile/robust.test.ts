import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { compile } from '../templates/compile.js'
import { renderDiagnostics } from './diagnostics.js'
import { loadProfile } from './load.js'

/** More in a night than in a build: `NMGEN_FUZZ_RUNS=20000 npx vitest run src/profile/robust.test.ts`. */
const numRuns = Number(process.env.NMGEN_FUZZ_RUNS ?? 100)
const one = { timeout: 60_000 }
/** A document takes milliseconds; the limits here are against hanging, on a machine that has other things to do as well. */
const many = { timeout: 60_000 + numRuns * 200 }
const hangsMs = 30_000

const folder = new URL('../../profiles/', import.meta.url)
const shipped = readdirSync(folder)
  .filter(file => file.endsWith('.yaml') && file !== 'imix-fragments.yaml') // takes a second to compile
  .map(file => readFileSync(new URL(file, folder), 'utf8'))
const text = readFileSync(new URL('udp-64b.yaml', folder), 'utf8')

/** Loads, and checks that every diagnostic lies inside the text and can be printed; what is good is compiled, too. */
function survives(source: string, set: string[] = []): void {
  const start = performance.now()
  const { diagnostics, profile, locate } = loadProfile(source, { file: 'x', set })
  const found = profile
    ? compile(profile, () => ({ message: 'there are none', hint: 'none' })).diagnostics
    : []
  expect(performance.now() - start).toBeLessThan(hangsMs)
  expect(profile !== undefined).toBe(diagnostics.every(diagnostic => diagnostic.severity !== 'error'))
  const all = [
    ...diagnostics,
    ...found.map(diagnostic => ({ ...diagnostic, file: 'x', ...locate(diagnostic.path) })),
  ]
  for (const { line, column, endColumn, setting, message } of all) {
    const lines = (setting ?? source.replace(/^\ufeff/, '')).split('\n')
    expect(line, message).toBeLessThanOrEqual(lines.length)
    expect(line).toBeGreaterThan(0)
    expect(column).toBeGreaterThan(0)
    expect(column, `${line}: ${message}`).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1)
    expect(endColumn).toBeGreaterThan(column)
  }
  renderDiagnostics(all, { text: source, color: false })
}

const words = (source: string): { code: string; line: number; column: number }[] =>
  loadProfile(source, { file: 'x' }).diagnostics.map(({ code, line, column }) => ({ code, line, column }))

/** What no value of a profile is; numbers that are too large for something, strings that are too long. */
const odd = fc.constantFrom<unknown>(
  null,
  true,
  '',
  ' ',
  0,
  -0,
  -1,
  0.5,
  1e-300,
  1e300,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 64,
  12345678901234567890n,
  10n ** 400n,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '1'.repeat(5000),
  'é'.repeat(10_000),
  '\0',
  '\u2028',
  '\ud800',
  '*',
  '&a',
  '18446744073709551615Gbps',
  '999999999999999999999s',
  '1e9999B',
  '64B-65536B',
  '0-18446744073709551615',
  '::/0',
  '0.0.0.0/0',
  [],
  [[]],
  [null],
  {},
  { '': '' },
  { a: { a: { a: {} } } },
  { inc: 'any' },
  { random: 'any' },
  { permute: '::/0' },
  { list: [1, 2] },
  { zipf: '1-18446744073709551615' },
  { weighted: { 1: 0 } },
  { hash: 'x' },
  { of: 'x' },
  { choice: [] },
  { mtu: 1 },
)

/** A tree with one of its nodes replaced, removed, doubled or moved into a list: `pick` says which, counted in depth. */
function changed(tree: unknown, pick: number, put: unknown, how: number): unknown {
  let left = pick % sizeOf(tree)
  const walk = (node: unknown): unknown => {
    if (left-- === 0)
      return how === 0 ? put : how === 1 ? [node] : how === 2 ? { [String(put)]: node } : [node, node]
    if (Array.isArray(node)) return node.map(walk)
    if (node === null || typeof node !== 'object') return node
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)]))
  }
  return walk(tree)
}

function sizeOf(node: unknown): number {
  if (node === null || typeof node !== 'object') return 1
  return Object.values(node).reduce((sum: number, child) => sum + sizeOf(child), 1)
}

describe('bad input never throws', () => {
  it('any text', many, () =>
    fc.assert(
      fc.property(fc.string(), source => survives(source)),
      { numRuns },
    ),
  )

  it('any JSON', many, () =>
    fc.assert(
      fc.property(fc.json(), source => survives(source)),
      { numRuns },
    ),
  )

  it('a good profile with a piece replaced', many, () => {
    const piece = fc.constantFrom(
      '',
      '{',
      '[',
      ':',
      '- ',
      '*a',
      '&a ',
      '!!set ',
      '<<: *a',
      '? ',
      '| ',
      '>9 ',
      '%YAML 1.1\n',
      '---\n',
      '...\n',
      '#',
      'null',
      '5',
      '~',
      '"',
      "'",
      '\t',
      '\0',
      '\r',
      '\ufeff',
      '\u2028',
      '{inc: 1}',
      '__proto__: 1',
      'constructor: {prototype: 1}',
    )
    fc.assert(
      fc.property(fc.constantFrom(...shipped), fc.nat(), fc.nat(12), piece, (base, at, length, put) => {
        const start = at % base.length
        survives(base.slice(0, start) + put + base.slice(start + length))
      }),
      { numRuns },
    )
  })

  it('good profiles with bytes changed, cut out, or spliced together', many, () => {
    const edit = fc.tuple(fc.nat(), fc.nat(255), fc.nat(2))
    const pair = fc.tuple(fc.constantFrom(...shipped), fc.constantFrom(...shipped))
    fc.assert(
      fc.property(
        pair,
        fc.array(edit, { minLength: 1, maxLength: 8 }),
        fc.option(fc.nat()),
        ([a, b], edits, cut) => {
          let bytes = [...Buffer.from(a)]
          for (const [at, value, how] of edits) {
            if (how === 0) bytes[at % bytes.length] = value
            else bytes.splice(at % bytes.length, how === 1 ? value % 40 : 0, ...(how === 1 ? [] : [value]))
            if (bytes.length === 0) bytes = [value]
          }
          const second = Buffer.from(b)
          const joined =
            cut === null
              ? bytes
              : [...bytes.slice(0, cut % bytes.length), ...second.subarray(cut % second.length)]
          survives(Buffer.from(joined).toString('utf8'))
        },
      ),
      { numRuns },
    )
  })

  it('good profiles with a value replaced by another kind of value', many, () => {
    const trees = shipped.map(source => parse(source) as unknown)
    fc.assert(
      fc.property(fc.constantFrom(...trees), fc.nat(), odd, fc.nat(3), (tree, pick, put, how) =>
        survives(stringify(changed(tree, pick, put, how), { aliasDuplicateObjects: false })),
      ),
      { numRuns },
    )
  })

  it('aliases: too many, too deep, of themselves, and of nothing', one, () => {
    const laughs = Array.from(
      { length: 30 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`,
    )
    const source = `a0: &a0 [lol]\n${laughs.join('\n')}\n${text}`
    survives(source)
    expect(words(source).map(({ code }) => code)).toContain('yaml-alias')
    survives(`${text}\nx: &x {<<: *x, y: *x}`)
    survives(`${text}\nx: &x [*x]`)
    const nowhere = `${text}\nmatrix: {streams.udp.count: [{a: *nobody}, 2]}`
    survives(nowhere)
    expect(words(nowhere).map(({ code }) => code)).toEqual(['yaml-alias'])
    survives(`x: &x {}\ny: ${'&a '.repeat(100)}*x`)
    survives(`a: ${Array(5000).fill('*nobody').join('\nb: ')}`)
    survives(`a: &a 1\nb: [${Array(20_000).fill('*a').join(', ')}]`)
  })

  it('numbers and words without end', one, () => {
    for (const value of [
      '9'.repeat(100_000),
      `0x${'f'.repeat(50_000)}`,
      `1${'0'.repeat(400)}.5`,
      '1e99999',
      `-${'9'.repeat(400)}`,
      'x'.repeat(500_000),
    ]) {
      for (const line of [
        `seed: ${value}`,
        `duration: ${value}`,
        `duration: ${value}s`,
        `name: ${value}`,
        `? ${value}\n: 1`,
      ])
        survives(`${text}\n${line}`)
      survives(text, [
        `streams.udp.count=${value}`,
        `streams.udp.rate=${value}Mpps`,
        `streams.udp.frame=${value}B`,
      ])
      survives(text.replace(/64B/, value))
    }
  })

  it(
    'nor does it say something else of a text with a byte order mark, or with the line ends of other systems',
    one,
    () => {
      const wrong = text.replace('streams:', 'straems:').replace('version: 1', 'version: 7')
      const said = words(wrong)
      expect(said.length).toBeGreaterThan(1)
      expect(words(`\ufeff${wrong}`)).toEqual(said)
      expect(words(wrong.replaceAll('\n', '\r\n'))).toEqual(said)
      for (const source of shipped) {
        expect(words(`\ufeff${source.replaceAll('\n', '\r\n')}`)).toEqual(words(source))
        survives(source.replaceAll('\n', '\r'))
        survives(source.replaceAll('  ', '\t'))
        survives(source.replaceAll(' ', '\t'))
        survives(source.replaceAll(' ', '\u00a0'))
        survives([...source].join('\0'))
        survives(Buffer.from(source, 'utf16le').toString('utf8'))
      }
    },
  )

  it('one mistake made 50,000 times, in a moment', one, () => {
    const values = Array(50_000).fill('x').join(',\n ')
    const source = `version: 1\nname: a\nstreams: [{name: a, frame: 64B, layers: [udp: {src: {list: [${values}]}}]}]`
    const { diagnostics } = loadProfile(source, { file: 'x' })
    expect(diagnostics.length).toBe(50_000)
    expect(diagnostics.at(-1)!.line).toBe(50_002)
    expect(renderDiagnostics(diagnostics, { text: source, color: false })).toMatch(/and 49900 more\n$/)
  })

  it('brackets without end', one, () => {
    survives('['.repeat(100_000))
    survives('{a: '.repeat(20_000))
    survives(`a: ${'['.repeat(3000)}${']'.repeat(3000)}`)
    survives('- '.repeat(50_000))
    survives('? '.repeat(20_000))
    survives(Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'))
    for (const key of ['streams', 'ports', 'variables', 'matrix', 'expect'])
      survives(`${key}: ${'{a: '.repeat(2000)}1${'}'.repeat(2000)}`)
    survives(`${text}\nx: "${'\\'.repeat(100_001)}"`)
  })

  it('any matrix, and any stream that is like another', many, () => {
    const value = fc.oneof(fc.json(), fc.constantFrom('udp', 'b', '[1, 2]', '{udp.dst: 1}', '*x', ''))
    fc.assert(
      fc.property(value, value, value, (matrix, like, set) => {
        const copy = `\n  - name: b\n    like: ${like}\n    set: ${set}\nexpect:`
        survives(`${text.replace(/\nexpect:/, copy)}\nmatrix: ${matrix}\n`)
        survives(text, [`matrix=${matrix}`, `streams.udp.like=${like}`, `streams.udp.set=${set}`])
      }),
      { numRuns },
    )
  })

  it('keys that every object has', one, () => {
    for (const key of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'])
      for (const value of ['1', '{a: 1}', '[1]']) {
        survives(`${text}\n${key}: ${value}`)
        survives(
          text.replace(/\nexpect:/, `\n  - { name: b, like: udp, set: { ${key}: ${value} } }\nexpect:`),
        )
        survives(text.replace(/\nexpect:/, `\n  - { name: b, like: udp, ${key}: ${value} }\nexpect:`))
        survives(text.replace(/dst: 9.*/, `dst: { ${key}: ${value} }`))
        survives(text.replace(/- udp:/, `- ${key}:`))
        survives(text.replace(/\nports:\n.*\n/, `\nports: { ${key}: ${value} }\n`))
        survives(text, [`ports.${key}=${value}`])
        survives(text, [`streams.udp.${key}=${value}`, `${key}.a=${value}`])
      }
  })

  it('any --set', many, () => {
    const word = fc.constantFrom(
      'streams',
      'udp',
      '0',
      'layers',
      'ports',
      'a',
      'uri',
      'safety',
      'matrix',
      'like',
      'set',
      'after',
      'rate',
      '__proto__',
      'constructor',
      '',
    )
    const path = fc.array(word, { minLength: 1, maxLength: 6 }).map(words => words.join('.'))
    const value = fc.oneof(fc.json(), fc.string())
    fc.assert(
      fc.property(path, value, (p, v) => survives(text, [`${p}=${v}`])),
      { numRuns },
    )
  })
})
