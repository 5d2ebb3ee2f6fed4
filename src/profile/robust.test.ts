import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderDiagnostics } from './diagnostics.js'
import { loadProfile } from './load.js'

const text = readFileSync(new URL('../../profiles/udp-64b.yaml', import.meta.url), 'utf8')

/** Loads, and checks that every diagnostic lies inside the text and can be printed. */
function survives(source: string, set: string[] = []): void {
  const { diagnostics, profile } = loadProfile(source, { file: 'x', set })
  expect(profile !== undefined).toBe(diagnostics.every(diagnostic => diagnostic.severity !== 'error'))
  for (const { line, column, endColumn, setting } of diagnostics) {
    expect(line).toBeLessThanOrEqual((setting ?? source).split('\n').length)
    expect(endColumn).toBeGreaterThan(column)
  }
  renderDiagnostics(diagnostics, { text: source, color: false })
}

describe('bad input never throws', () => {
  it('any text', () => fc.assert(fc.property(fc.string(), source => survives(source))))

  it('any JSON', () => fc.assert(fc.property(fc.json(), source => survives(source))))

  it('a good profile with a piece replaced', () => {
    const piece = fc.constantFrom(
      '',
      '{',
      '[',
      ':',
      '- ',
      '*a',
      '&a ',
      'null',
      '5',
      '~',
      '"',
      '\t',
      '{inc: 1}',
      '__proto__: 1',
    )
    const at = fc.nat(text.length)
    fc.assert(
      fc.property(at, fc.nat(12), piece, (start, length, put) =>
        survives(text.slice(0, start) + put + text.slice(start + length)),
      ),
      { numRuns: 300 },
    )
  })

  it('one mistake made 50,000 times, in a moment', () => {
    const values = Array(50_000).fill('x').join(',\n ')
    const source = `version: 1\nname: a\nstreams: [{name: a, frame: 64B, layers: [udp: {src: {list: [${values}]}}]}]`
    const { diagnostics } = loadProfile(source, { file: 'x' })
    expect(diagnostics.length).toBe(50_000)
    expect(diagnostics.at(-1)!.line).toBe(50_002)
    expect(renderDiagnostics(diagnostics, { text: source, color: false })).toMatch(/and 49900 more\n$/)
  })

  it('brackets without end', () => {
    survives('['.repeat(100_000))
    survives('{a: '.repeat(20_000))
    survives(`a: ${'['.repeat(3000)}${']'.repeat(3000)}`)
    survives('- '.repeat(50_000))
  })

  it('any matrix, and any stream that is like another', () => {
    const value = fc.oneof(fc.json(), fc.constantFrom('udp', 'b', '[1, 2]', '{udp.dst: 1}', '*x', ''))
    fc.assert(
      fc.property(value, value, value, (matrix, like, set) => {
        const copy = `\n  - name: b\n    like: ${like}\n    set: ${set}\nexpect:`
        survives(`${text.replace(/\nexpect:/, copy)}\nmatrix: ${matrix}\n`)
        survives(text, [`matrix=${matrix}`, `streams.udp.like=${like}`, `streams.udp.set=${set}`])
      }),
      { numRuns: 300 },
    )
  })

  it('any --set', () => {
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
      { numRuns: 300 },
    )
  })
})
