import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readPlan } from '../cli/profile.js'
import { captureResults } from './captures.js'

it('captures of a run are known by name, size and SHA-256, each once', () => {
  const file = 'profiles/replay.yaml'
  const { profile } = readPlan(file)
  const twice = { ...profile, streams: [...profile.streams, ...profile.streams] }
  const bytes = readFileSync('profiles/captures/mixed.pcap')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  expect(captureResults(twice, file)).toEqual([{ file: 'captures/mixed.pcap', bytes: bytes.length, sha256 }])
  expect(captureResults(readPlan('profiles/udp-64b.yaml').profile, 'profiles/udp-64b.yaml')).toEqual([])
})
