import fc from 'fast-check'
import { CORE_SCHEMA, load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { loadAlike } from './alike-text.js'
import { slipped } from './slips.testing.js'

const whole = (text: string) => load(text, { schema: CORE_SCHEMA })
const head = 'version: 1\nname: many\nports: { a: loop:lab }\nstreams:\n'
const tail = 'expect:\n  - lost = 0\n'
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)
const profileOf = (stream: (i: number) => string, count = 100, end = '') =>
  head + numbers(count).map(stream).join('') + end

const blocks = (i: number) => `  - name: s${i}
    frame: ${i % 3 === 0 ? '64B' : 128}
    layers:
      - ethernet: { src: 02:00:00:00:00:01, dst: '02:00:00:00:00:02' }
      - ipv4: { src: { inc: 198.18.0.0/20 }, dst: 198.19.0.${i} }
      - udp: { src: { list: [${i}, 0x1F, 7] }, dst: ${i === 5 ? 'true' : i} }
`
const alike = (i: number) =>
  i === 0 ? blocks(i) : `  - { name: s${i}, like: s0, set: { ipv4.dst: 198.19.0.${i}, udp.dst: "${i}" } }\n`
const atTheEdge = (i: number) => blocks(i).replace(/^ {2}/gm, '')

/** Another parser's word for a value may not be ours: these are numbers, truths and texts. */
const words = [
  '0',
  '7',
  '007',
  '1e3',
  '1.5',
  '0x1F',
  '0o17',
  '+7',
  '12:30',
  '5%',
  '2001:db8::1',
  '1_000',
  '1.2.3',
]
const texts = [
  'True',
  'no',
  'on',
  '=a.b',
  "'7'",
  '"true"',
  "''",
  "'a, b: c'",
  '12345678901234567890',
  'a b',
  '.5',
  '-3',
]

describe('streams that a script wrote', () => {
  it.each([
    ['written out', profileOf(blocks)],
    ['like the first', profileOf(alike, 200)],
    ['with something behind them', profileOf(blocks, 100, tail)],
    ['without indentation', profileOf(atTheEdge, 100, tail)],
    ['with empty lines', profileOf(i => `${blocks(i)}\n`, 100, tail)],
  ])('are cast as they would be parsed: %s', (_, text) => {
    expect(loadAlike(text)).toEqual(whole(text))
    expect(loadAlike(text)).toBeDefined()
  })

  it('share what is equal', () => {
    const { streams } = loadAlike(profileOf(blocks)) as { streams: { layers: object[] }[] }
    expect(streams[1]!.layers[0]).toBe(streams[2]!.layers[0])
    expect(streams[1]!.layers[1]).not.toBe(streams[2]!.layers[1])
  })

  it.each([...words, ...texts])('may have the value %s', value => {
    const text = profileOf(i => `  - { name: s${i}, frame: ${i % 10 === 3 ? value : i}, a: [${value}] }\n`)
    const found = loadAlike(text)
    if (found) expect(found).toEqual(whole(text))
  })

  it.each([
    ['are few', profileOf(blocks, 20)],
    ['are all different', profileOf(i => `  - { name: s, k${i}: 1 }\n`)],
    ['have comments', profileOf(i => `  - name: s${i} # the ${i}th\n`)],
    ['have texts of several lines', profileOf(i => `  - name: s${i}\n      and more\n`)],
    ['go on in the next', profileOf(i => `  - { name: s${i}, a: [\n  - b ] }\n`)],
  ])('are left to the parser where they %s', (_, text) => {
    expect(loadAlike(text)).toBeUndefined()
  })

  it('are never anything else than what the parser has, or would refuse, after any slip', () => {
    const all = [profileOf(blocks, 64, tail), profileOf(alike, 80), profileOf(atTheEdge, 64, tail)]
    let cast = 0
    fc.assert(
      fc.property(slipped(all), changed => {
        const found = attempt(() => loadAlike(changed))
        if (found === undefined) return
        cast++
        expect(found).toEqual(whole(changed))
      }),
      { numRuns: 1500 },
    )
    expect(cast).toBeGreaterThan(300)
  })
})

/** Whoever reads a profile asks the document when a parser throws. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
