import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadHdr } from '../stats/latency.js'
import { plain } from '../stats/profile.js'
import { aResult } from '../stats/result.testing.js'
import { anOutcome, aPlan, aProfile, aSnapshot } from '../stats/run.testing.js'
import { emptySnapshot, interval } from '../stats/sampler.js'
import { folderName, openFolder } from './files.js'
import { recorder, resolvedText } from './folder.js'
import { reports } from './index.js'

const hdr = await loadHdr()

let parent: string
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'nmgen-results-'))
})
afterEach(() => rmSync(parent, { recursive: true }))

const now = new Date('2026-11-23T06:15:00.123Z')
const open = (change: object = {}) => openFolder({ parent, profile: 'udp-64b', now, ...change })
const record = async (folder = open()) =>
  recorder({
    folder,
    formats: reports(() => hdr),
    profile: { text: 'version: 1\n', streams: 1 },
    described: () => aProfile,
  })

describe('the name of a run folder', () => {
  it('sorts by time and says the profile', () => {
    expect(folderName(now, 'udp-64b', 'k3f9')).toBe('20261123T061500Z-udp-64b-k3f9')
    expect(folderName(now, '../a b', 'k3f9')).toBe('20261123T061500Z-..-a-b-k3f9')
    expect(open().path).toMatch(/\/20261123T061500Z-udp-64b-[0-9a-z]{4}$/)
  })
})

describe('a run folder', () => {
  it('has every file before the run, and the result only at its end', async () => {
    const files = await record()
    const names = () => readdirSync(files.folder).sort()
    expect(names()).toEqual([
      '.result.json.tmp',
      '.summary.txt.tmp',
      'latency.hlog',
      'lateness.hlog',
      'profile.yaml',
      'schedule.hlog',
      'series.ndjson',
    ])
    files.begin({ startedAt: now, streams: ['udp'] })
    expect(names()).toContain('profile.resolved.yaml')
    files.sample({
      interval: interval(aPlan(), emptySnapshot, aSnapshot()),
      schedule: [],
      lateness: [],
      latency: anOutcome().latency,
    })
    expect(readFileSync(join(files.folder, 'series.ndjson'), 'utf8')).toContain('"tx_packets":1000000')

    files.end(await aResult())
    expect(names()).toEqual([
      'latency.hlog',
      'lateness.hlog',
      'profile.resolved.yaml',
      'profile.yaml',
      'result.json',
      'schedule.hlog',
      'series.ndjson',
      'summary.txt',
    ])
    const text = (name: string) => readFileSync(join(files.folder, name), 'utf8')
    expect(JSON.parse(text('result.json')).verdict).toBe('pass')
    expect(text('summary.txt')).toMatch(/^PASS {2}udp-64b/)
    expect(text('latency.hlog')).toContain('\nTag=udp,')
    expect(text('profile.yaml')).toBe('version: 1\n')
    expect(parse(text('profile.resolved.yaml'))).toEqual(aProfile.resolved)
  })

  it('leaves nothing behind where the run never began', async () => {
    const files = await record()
    files.discard()
    expect(readdirSync(parent)).toEqual([])
  })

  it('is the one that --out names, if that is new or empty', async () => {
    const out = join(parent, 'deep', 'own')
    expect((await record(open({ out }))).folder).toBe(out)
    expect(() => open({ out })).toThrow(
      expect.objectContaining({
        code: 'results-not-writable',
        exit: 4,
        message: `${out} is not empty: results are never written over`,
      }),
    )
  })
})

describe('results that cannot be written', () => {
  it('are found before sending, with path and errno', () => {
    const file = join(parent, 'file')
    writeFileSync(file, '')
    expect(() => open({ parent: file })).toThrow(
      expect.objectContaining({ code: 'results-not-writable', exit: 4 }),
    )
    expect(() => open({ parent: file })).toThrow(/cannot write .*file.*EEXIST|ENOTDIR/)
    expect(() => open({ out: join(file, 'out') })).toThrow(
      /cannot write .*file\/out: ENOTDIR \(not a directory\)/,
    )
  })

  it('leave no half-made folder', async () => {
    const folder = open()
    mkdirSync(join(folder.path, 'latency.hlog'))
    await expect(record(folder)).rejects.toThrow(/latency\.hlog: EEXIST/)
    expect(existsSync(join(folder.path, 'profile.yaml'))).toBe(false)
  })

  it('during the run do not end it, and are said with the result', async () => {
    const files = await record()
    files.begin({ startedAt: now, streams: ['udp'] })
    const broken = { streams: [0], counts: new BigUint64Array(30_000) }
    const sample = interval(aPlan(), emptySnapshot, aSnapshot())
    expect(() =>
      files.sample({ interval: sample, schedule: [], lateness: [], latency: [broken] }),
    ).not.toThrow()
    expect(() => files.end({} as never)).toThrow(/30000/)
  })
})

describe('a disk that fills up during the run', () => {
  it('has kept room for the result, which is whole', async () => {
    const files = await record()
    const size = statSync(join(files.folder, '.result.json.tmp')).size
    const result = await aResult()
    expect(size).toBeGreaterThan(2 * JSON.stringify(result, null, 2).length)
    files.end(result)
    expect(JSON.parse(readFileSync(join(files.folder, 'result.json'), 'utf8'))).toEqual(result)
  })
})

describe('a resolved profile', () => {
  it('keeps every integer and every byte', () => {
    const value = {
      low: 1n,
      high: 2n ** 64n - 1n,
      bytes: new Uint8Array([0, 255]),
      gone: undefined,
      list: [1n],
    }
    expect(plain(value)).toEqual({ low: 1, high: '18446744073709551615', bytes: '00ff', list: [1] })
  })
  it('of thousands of streams has each on a line, and what follows them behind', () => {
    const stream = (i: number) => ({
      name: `s${i}`,
      frame: '64B',
      layers: [{ udp: { dst: i, text: 'a "b": \n$&' } }],
    })
    const resolved = (count: number) => ({
      version: 1,
      streams: Array.from({ length: count }, (_, i) => stream(i)),
      expect: ['lost == 0'],
    })
    for (const count of [1, 500, 501, 2000])
      expect(parse(resolvedText(resolved(count)))).toEqual(resolved(count))
    expect(resolvedText(resolved(501)).split('\n').length).toBe(501 + 5)
    expect(resolvedText(resolved(2)).split('\n').length).toBeGreaterThan(2 * 5)
  })
})
