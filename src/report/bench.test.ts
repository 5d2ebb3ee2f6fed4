import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anEnvironment } from '../stats/run.testing.js'
import { readComparable } from './bench.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nmgen-bench-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function table(change: object = {}): string {
  const file = join(folder, 'bench.json')
  const rows = [
    { name: 'constant', pps: { samples: [3e7, 4e7] }, cycles: null },
    { name: 'IMIX', pps: { samples: [2e7] } },
  ]
  const kernel = [{ name: 'afpacket', pps: { samples: [9e5] } }]
  const document = { schema: 'nmgen.bench/3', started_at: 'now', environment: anEnvironment, rows, kernel }
  writeFileSync(file, JSON.stringify({ ...document, ...change }))
  return file
}

describe('the table of a bench', () => {
  it('is a run for each sample of each row, of which the rate is known', () => {
    const { kind, stored } = readComparable(table())
    expect(kind).toBe('bench')
    expect(stored.map(({ result }) => [result.profile.name, result.metrics.tx_pps])).toEqual([
      ['constant', 3e7],
      ['constant', 4e7],
      ['IMIX', 2e7],
      ['afpacket', 9e5],
    ])
    expect(stored[0]!.result).toMatchObject({ environment: anEnvironment, metrics: { rx_pps: null } })
  })

  it.each([
    ['an earlier version', { schema: 'nmgen.bench/2' }, /schema/],
    ['no samples', { rows: [{ name: 'x', pps: {} }] }, /rows\.0\.pps\.samples/],
  ])('with %s is refused', (_, change, why) => {
    expect(() => readComparable(table(change))).toThrow(
      expect.objectContaining({ code: 'bad-result', exit: 11, message: expect.stringMatching(why) }),
    )
  })

  it('is told from results, which have their own reader', () => {
    expect(() => readComparable(table({ schema: 'other' }))).toThrow(/is no nmgen\.result: its schema/)
    expect(() => readComparable(join(folder, 'none'))).toThrow(/cannot read/)
  })
})
