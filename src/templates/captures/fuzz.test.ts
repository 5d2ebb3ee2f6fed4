import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Blocks, classicFile, fileOf, readAll } from './files.testing.js'

/** More in a night than in a build: `NMGEN_FUZZ_RUNS=1000000 npx vitest run src/templates/captures/fuzz.test.ts`. */
const runs = Number(process.env.NMGEN_FUZZ_RUNS ?? 1000)
const timeout = 10_000 + runs * 10

const packet = fc.record({
  time: fc.bigInt({ min: 0n, max: (1n << 32n) * 1_000_000n - 1n }),
  bytes: fc.uint8Array({ maxLength: 80 }),
})
const packets = fc.array(packet, { maxLength: 6 })

const classic = fc
  .tuple(packets, fc.boolean(), fc.boolean())
  .map(([some, littleEndian, nanoseconds]) => classicFile(some, { littleEndian, nanoseconds }))

/** Any blocks in any order: also such that make no sense. */
const section = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(fc.nat(6), packet, fc.nat(3), fc.nat(255)), { maxLength: 8 }))
  .map(([littleEndian, parts]) => {
    const b = new Blocks(littleEndian)
    const blocks = parts.map(([kind, one, from, value]) => {
      if (kind === 0) return b.packet(one, from)
      if (kind === 1) return b.obsoletePacket(one, from)
      if (kind === 2) return b.simplePacket(one.bytes)
      if (kind === 3) return b.interface({ snapLength: value }, b.resolution(value))
      if (kind === 4) return b.interface({}, b.timeOffset(-BigInt(value)), b.option(value, one.bytes))
      return b.block(value, one.bytes)
    })
    return new Uint8Array(Buffer.concat([b.section(), b.interface(), ...blocks]))
  })
const pcapng = fc
  .array(section, { minLength: 1, maxLength: 3 })
  .map(parts => new Uint8Array(Buffer.concat(parts)))

const whole = fc.oneof(classic, pcapng)
const edit = fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)))
const mutated = fc
  .tuple(whole, fc.array(edit, { maxLength: 8 }), fc.option(fc.nat()))
  .map(([bytes, edits, cut]) => {
    const copy = Uint8Array.from(bytes)
    for (const [at, value] of edits) copy[at % copy.length] = value
    return cut === null ? copy : copy.subarray(0, cut % (copy.length + 1))
  })

/** What holds of any file: it ends, it names its places, and it shows no byte but the file's own, without a copy. */
function checkReading(bytes: Uint8Array): void {
  const { records, failure } = readAll(fileOf(bytes))
  const shown = records.reduce((sum, record) => sum + record.bytes.length, 0)
  expect(shown).toBeLessThanOrEqual(bytes.length)
  let last = -1
  for (const record of records) {
    expect(record.offset).toBeGreaterThan(last)
    last = record.offset
    expect(record.bytes.byteOffset + record.bytes.length).toBeLessThanOrEqual(bytes.length)
    expect(record.bytes.buffer.byteLength).toBe(bytes.length)
  }
  if (!failure) return
  expect(failure.offset).toBeGreaterThanOrEqual(last)
  expect(failure.offset).toBeLessThanOrEqual(bytes.length)
  expect(failure.message.length * failure.hint.length).toBeGreaterThan(0)
}

describe('the readers', () => {
  it(
    'read whatever the formats can say',
    () => {
      fc.assert(fc.property(whole, checkReading), { numRuns: runs })
    },
    timeout,
  )

  it(
    'survive files with bytes changed and cut off',
    () => {
      fc.assert(fc.property(mutated, checkReading), { numRuns: runs })
    },
    timeout,
  )

  it(
    'survive any bytes behind a right beginning',
    () => {
      const beginnings = [classicFile([]), classicFile([], { littleEndian: false }), new Blocks().section()]
      const any = fc
        .tuple(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 300 }))
        .map(([first, rest]) => new Uint8Array(Buffer.concat([first, rest])))
      fc.assert(fc.property(fc.oneof(any, fc.uint8Array({ maxLength: 64 })), checkReading), { numRuns: runs })
    },
    timeout,
  )
})
